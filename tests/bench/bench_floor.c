/* The bare client that everything is measured against: sends the same commands as the program,
 * reads as many lines, looks at none of them. No library but libc. Use: bench_floor SOCKET SCRIPT,
 * the script as bench_record writes it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    return connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

/* Reads until as many lines have come in all. */
static int read_lines(int fd, long wanted)
{
    static char bytes[65536];
    static long lines;

    while (lines < wanted) {
        ssize_t got = read(fd, bytes, sizeof bytes);

        if (got <= 0)
            return 0;
        for (const char *at = bytes; (at = memchr(at, '\n', (size_t)(bytes + got - at))); at++)
            lines++;
    }
    return 1;
}

int main(int argc, char **argv)
{
    static char bytes[65536];
    FILE *script = argc == 3 ? fopen(argv[2], "r") : NULL;
    int fd = script != NULL ? connect_to(argv[1]) : -1;
    size_t length;
    long lines, wanted = 0;

    if (fd < 0)
        return 1;
    while (fscanf(script, "%zu %ld", &length, &lines) == 2 && fgetc(script) == '\n') {
        if (length > sizeof bytes || fread(bytes, 1, length, script) != length ||
            write(fd, bytes, length) != (ssize_t)length || !read_lines(fd, wanted += lines))
            return 1;
    }
    return 0;
}
