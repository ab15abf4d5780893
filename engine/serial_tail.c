/* Follows a file and makes lines of it. Of what moves a terminal's cursor only the end of a line,
 * the return to its beginning, the step back and the tabulator mean something here; escape
 * sequences are left out. */
#include "engine/serial_tail.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLOSE_MS 200
#define FAR_MS 3000
#define CHUNK (64 * 1024) /* of one look: a guest that floods the line stops nothing else */
#define TABULATOR 8

#define ESCAPE 0x1b
#define BELL 0x07

typedef enum {
    AT_TEXT,
    AT_ESCAPE,   /* ESC was read */
    AT_SHORT,    /* ESC and a byte that wants one more: "ESC ( B" */
    AT_SEQUENCE, /* ESC [ ... up to a letter */
    AT_STRING,   /* ESC ] ... up to a bell or ESC \ */
} Position;

struct SerialTail {
    char *path;
    void (*changed)(gpointer data);
    gpointer data;
    guint source;
    gint64 offset;

    GQueue lines;   /* (char) ended ones, oldest first */
    GPtrArray *all; /* the same by index; NULL: to be made anew */
    guint dropped;
    GString *line;     /* that is being written */
    gboolean returned; /* what comes next is written over it */
    Position position;
};

/* --- bytes to lines -------------------------------------------------------------------------- */

static void end_line(SerialTail *tail)
{
    g_queue_push_tail(&tail->lines, g_strdup(tail->line->str));
    g_string_truncate(tail->line, 0);
    tail->returned = FALSE;
    if (tail->lines.length >= SERIAL_TAIL_LINES) {
        g_free(g_queue_pop_head(&tail->lines));
        tail->dropped++;
    }
}

static void step_back(GString *line)
{
    if (line->len)
        g_string_truncate(
            line, (gsize)(g_utf8_find_prev_char(line->str, line->str + line->len) - line->str));
}

static void put(SerialTail *tail, char byte)
{
    if (tail->returned)
        g_string_truncate(tail->line, 0);
    tail->returned = FALSE;
    g_string_append_c(tail->line, byte);
    if (tail->line->len >= SERIAL_TAIL_LINE_BYTES)
        end_line(tail);
}

static void put_tabulator(SerialTail *tail)
{
    do
        put(tail, ' ');
    while (tail->line->len % TABULATOR);
}

static void take_text(SerialTail *tail, guchar byte)
{
    if (byte == ESCAPE)
        tail->position = AT_ESCAPE;
    else if (byte == '\n')
        end_line(tail);
    else if (byte == '\r')
        tail->returned = TRUE;
    else if (byte == '\b')
        step_back(tail->line);
    else if (byte == '\t')
        put_tabulator(tail);
    else if (byte >= ' ' && byte != 0x7f)
        put(tail, (char)byte);
}

/* ECMA-48, 5.4: parameters and intermediate bytes, then one of 0x40 to 0x7e. */
static void take_byte(SerialTail *tail, guchar byte)
{
    switch (tail->position) {
    case AT_TEXT:
        take_text(tail, byte);
        break;
    case AT_ESCAPE:
        tail->position = byte == '['                     ? AT_SEQUENCE
                         : strchr("]PX^_", byte) && byte ? AT_STRING
                         : byte >= 0x20 && byte <= 0x2f  ? AT_SHORT
                                                         : AT_TEXT;
        break;
    case AT_SHORT:
        tail->position = AT_TEXT;
        break;
    case AT_SEQUENCE:
        if (byte == ESCAPE)
            tail->position = AT_ESCAPE;
        else if (byte < 0x20 || byte > 0x3f)
            tail->position = AT_TEXT;
        break;
    case AT_STRING:
        if (byte == BELL || byte == '\n')
            tail->position = AT_TEXT;
        else if (byte == ESCAPE)
            tail->position = AT_SHORT; /* the \ behind it */
        break;
    }
}

/* --- the file -------------------------------------------------------------------------------- */

/* How far the file goes; what was read before is forgotten when it has become shorter. */
static gint64 find_end(SerialTail *tail, int fd)
{
    struct stat status;

    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return 0;
    if (status.st_size < tail->offset)
        tail->offset = 0;
    return status.st_size;
}

static gssize read_chunk(SerialTail *tail, int fd)
{
    g_autofree guchar *bytes = g_malloc(CHUNK);
    gssize count = pread(fd, bytes, CHUNK, tail->offset);

    for (gssize i = 0; i < count; i++)
        take_byte(tail, bytes[i]);
    tail->offset += MAX(count, 0);
    return count;
}

gboolean serial_tail_read(SerialTail *tail)
{
    int fd = open(tail->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    gint64 end = fd < 0 ? 0 : find_end(tail, fd);
    gboolean more = end > tail->offset && read_chunk(tail, fd) > 0;

    if (tail->offset >= end && end > SERIAL_TAIL_FILE_BYTES && ftruncate(fd, 0) == 0)
        tail->offset = 0;
    if (fd >= 0)
        close(fd);
    if (more)
        g_clear_pointer(&tail->all, g_ptr_array_unref);
    return more;
}

static gboolean on_time(gpointer data)
{
    SerialTail *tail = data;

    if (serial_tail_read(tail))
        tail->changed(tail->data);
    return G_SOURCE_CONTINUE;
}

void serial_tail_watch(SerialTail *tail, gboolean closely)
{
    g_clear_handle_id(&tail->source, g_source_remove);
    tail->source = g_timeout_add(closely ? CLOSE_MS : FAR_MS, on_time, tail);
}

SerialTail *serial_tail_new(const char *path, void (*changed)(gpointer data), gpointer data)
{
    SerialTail *tail = g_new0(SerialTail, 1);

    tail->path = g_strdup(path);
    tail->changed = changed;
    tail->data = data;
    tail->line = g_string_new(NULL);
    g_queue_init(&tail->lines);
    serial_tail_watch(tail, FALSE);
    return tail;
}

void serial_tail_free(SerialTail *tail)
{
    if (!tail)
        return;
    g_clear_handle_id(&tail->source, g_source_remove);
    g_clear_pointer(&tail->all, g_ptr_array_unref);
    g_queue_clear_full(&tail->lines, g_free);
    g_string_free(tail->line, TRUE);
    g_free(tail->path);
    g_free(tail);
}

/* --- the lines ------------------------------------------------------------------------------- */

guint serial_tail_length(const SerialTail *tail)
{
    return tail->lines.length + (tail->line->len > 0);
}

guint serial_tail_dropped(const SerialTail *tail)
{
    return tail->dropped;
}

const char *serial_tail_line(const SerialTail *tail, guint index)
{
    SerialTail *self = (SerialTail *)tail; /* the index is a cache */

    if (index >= tail->lines.length)
        return tail->line->str;
    if (!self->all) {
        self->all = g_ptr_array_sized_new(tail->lines.length);
        for (GList *link = tail->lines.head; link; link = link->next)
            g_ptr_array_add(self->all, link->data);
    }
    return self->all->pdata[index];
}
