/* The character device behind a serial port, console or channel. */
#include "engine/launch_private.h"

#include <string.h>

static const LaunchWord append_words[] = { { "on", "on" }, { "off", "off" }, { NULL, NULL } };

static void put_nothing(LaunchPlan *plan, const XmlNode *source, GString *chardev)
{
}

/* Which terminal it becomes is QEMU's choice: the path is that of a guest that ran. */
static void put_pty(LaunchPlan *plan, const XmlNode *source, GString *chardev)
{
    launch_get(plan, source, "path");
}

static void put_path(LaunchPlan *plan, const XmlNode *source, GString *chardev)
{
    g_autofree char *path = launch_path(plan, launch_get(plan, source, "path"));

    option_put(chardev, "path", path);
}

static void put_file(LaunchPlan *plan, const XmlNode *source, GString *chardev)
{
    put_path(plan, source, chardev);
    option_put(chardev, "append", launch_word(plan, source, "append", append_words));
}

/* mode 'bind' listens, others connect. */
static void put_mode(LaunchPlan *plan, const XmlNode *source, const char *usual, GString *chardev)
{
    const char *mode = launch_get(plan, source, "mode");

    if (strcmp(mode ? mode : usual, "bind") == 0)
        g_string_append(chardev, ",server=on,wait=off");
}

static void put_unix(LaunchPlan *plan, const XmlNode *source, GString *chardev)
{
    put_path(plan, source, chardev);
    put_mode(plan, source, "bind", chardev);
}

static void put_tcp(LaunchPlan *plan, const XmlNode *source, GString *chardev)
{
    const XmlNode *protocol = launch_child(plan, source->parent, "protocol");
    const char *host = launch_get(plan, source, "host");

    option_put(chardev, "host", host ? host : "127.0.0.1");
    option_put(chardev, "port", launch_get(plan, source, "service"));
    put_mode(plan, source, "connect", chardev);
    launch_is(plan, source, "tls", "no");
    if (launch_is(plan, protocol, "type", "telnet"))
        g_string_append(chardev, ",telnet=on");
    launch_is(plan, protocol, "type", "raw");
}

/* Two <source> elements: where it listens (bind) and where it sends (connect). */
static void put_udp(LaunchPlan *plan, const XmlNode *source, GString *chardev)
{
    for (guint i = 0; i < source->parent->children->len; i++) {
        const XmlNode *end = source->parent->children->pdata[i];
        gboolean local = strcmp(end->name, "source") == 0 && launch_is(plan, end, "mode", "bind");

        if (strcmp(end->name, "source") != 0)
            continue;
        launch_say(plan, end);
        launch_is(plan, end, "mode", "connect");
        option_put(chardev, local ? "localaddr" : "host", launch_get(plan, end, "host"));
        option_put(chardev, local ? "localport" : "port", launch_get(plan, end, "service"));
    }
}

static const struct ChardevType {
    const char *type; /* of the element */
    const char *backend;
    const char *needed; /* attribute of <source> without which there is none; NULL */
    void (*put)(LaunchPlan *plan, const XmlNode *source, GString *chardev);
} types[] = {
    { "null", "null", NULL, put_nothing },  { "pty", "pty", NULL, put_pty },
    { "vc", "vc", NULL, put_nothing },      { "file", "file", "path", put_file },
    { "pipe", "pipe", "path", put_path },   { "dev", "serial", "path", put_path },
    { "unix", "socket", "path", put_unix }, { "tcp", "socket", "service", put_tcp },
    { "udp", "udp", "service", put_udp },
};
typedef struct ChardevType ChardevType;

/* The first row stands for what cannot be said: the port and its address are there. */
static const ChardevType *type_of(LaunchPlan *plan, const DomainDevice *device,
                                  const XmlNode *source)
{
    g_autofree char *name = domain_device_name(device);
    const ChardevType *type = NULL;

    for (gsize i = 0; !type && i < G_N_ELEMENTS(types); i++)
        if (g_strcmp0(types[i].type, device->type) == 0)
            type = &types[i];
    if (type && (!type->needed || xml_node_get(source, type->needed)))
        return type;
    if (type)
        launch_miss(plan, "%s: its source has no %s; nothing is behind it", name, type->needed);
    else
        launch_miss(plan, "%s: it is of type %s; nothing is behind it", name,
                    device->type ? device->type : "unknown");
    if (source)
        launch_say_all(plan, source);
    return &types[0];
}

static void put_log(LaunchPlan *plan, const XmlNode *node, GString *chardev)
{
    const XmlNode *log = launch_child(plan, node, "log");
    g_autofree char *path = launch_path(plan, launch_get(plan, log, "file"));

    option_put(chardev, "logfile", path);
    option_put(chardev, "logappend", launch_word(plan, log, "append", append_words));
}

void launch_put_chardev(LaunchPlan *plan, const DomainDevice *device, const char *id,
                        GString *option)
{
    const XmlNode *source = launch_child(plan, device->node, "source");
    const ChardevType *type = type_of(plan, device, source);
    g_autoptr(GString) chardev = g_string_new(type->backend);

    launch_get(plan, device->node, "type");
    option_putf(chardev, "id", LAUNCH_CHARDEV "%s", id);
    type->put(plan, source, chardev);
    put_log(plan, device->node, chardev);
    launch_add(plan, "-chardev", chardev->str);
    option_putf(option, "chardev", LAUNCH_CHARDEV "%s", id);
}
