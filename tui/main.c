/* Takes the command line and hands over to the command. */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "tui/command.h"
#include "tui/once.h"
#include "tui/report.h"

/* A caller may have closed some of the first three descriptors: the first socket would become one
 * of them, and what is printed would go to QEMU. */
static void open_standard_files(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    g_autoptr(Options) options = NULL;
    g_autoptr(GError) error = NULL;
    gboolean done;

    open_standard_files();
    setlocale(LC_ALL, "");
    g_set_prgname("backplane");
    signal(SIGPIPE, SIG_IGN); /* a reader that goes away must not leave a plan half run */
    options = options_parse(argc, argv, &done, &error);
    if (done)
        return ferror(stdout) ? EXIT_REFUSED : EXIT_DONE;
    if (!options) {
        report_complain("%s", error->message);
        return exit_status_from_error(error);
    }
    return options->command ? command_find(options->command)->once(options) : once_console(options);
}
