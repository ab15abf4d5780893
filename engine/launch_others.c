/* Elements of <devices> that a guest sees nothing of: screens, sound of the host, the words for
 * "none". */
#include "engine/launch_private.h"

#include <string.h>

#define VNC_PORT 5900 /* of display 0 */
#define VNC_DISPLAYS 99

/* ---- graphics ---- */

/* What listens, and where: an address, a unix socket. */
static const XmlNode *listener(LaunchPlan *plan, const XmlNode *graphics, const char *type)
{
    for (guint i = 0; i < graphics->children->len; i++) {
        const XmlNode *child = graphics->children->pdata[i];

        if (strcmp(child->name, "listen") == 0 && launch_is(plan, child, "type", type)) {
            launch_say(plan, child);
            return child;
        }
    }
    return NULL;
}

static char *socket_of(LaunchPlan *plan, const XmlNode *graphics)
{
    const XmlNode *listen = listener(plan, graphics, "socket");
    const char *path =
        listen ? launch_get(plan, listen, "socket") : launch_get(plan, graphics, "socket");

    return launch_path(plan, path);
}

/* "127.0.0.1", "[::1]". (transfer full) */
static char *host_of(LaunchPlan *plan, const XmlNode *graphics)
{
    const char *old = launch_get(plan, graphics, "listen");
    const XmlNode *listen = listener(plan, graphics, "address");
    const char *given = listen ? launch_get(plan, listen, "address") : NULL;
    const char *host = given ? given : old ? old : "127.0.0.1";
    g_autofree char *escaped = launch_escape(host);

    return g_strdup_printf(strchr(host, ':') ? "[%s]" : "%s", escaped);
}

/* A port that libvirt chose is only that of the guest that ran: QEMU looks for a free one. */
static char *display_of(LaunchPlan *plan, const XmlNode *graphics)
{
    g_autofree char *socket = socket_of(plan, graphics);
    g_autofree char *escaped = socket ? launch_escape(socket) : NULL;
    g_autofree char *host = host_of(plan, graphics);
    const char *text = launch_get(plan, graphics, "port");
    gboolean any = launch_is(plan, graphics, "autoport", "yes");
    guint64 port;

    launch_is(plan, graphics, "autoport", "no");
    if (escaped)
        return g_strconcat("unix:", escaped, NULL);
    if (any || !launch_number(text, &port) || port < VNC_PORT || port > G_MAXUINT16)
        return g_strdup_printf("%s:0,to=%d", host, VNC_DISPLAYS);
    return g_strdup_printf("%s:%u", host, (guint)port - VNC_PORT);
}

static const LaunchWord share_words[] = {
    { "allow-exclusive", "allow-exclusive" },
    { "force-shared", "force-shared" },
    { "ignore", "ignore" },
    { NULL, NULL },
};

static void put_vnc(LaunchPlan *plan, const XmlNode *graphics)
{
    g_autofree char *display = display_of(plan, graphics);
    g_autoptr(GString) option = g_string_new(display);

    option_put(option, "share", launch_word(plan, graphics, "sharePolicy", share_words));
    option_put(option, "websocket",
               launch_is(plan, graphics, "websocket", "-1")
                   ? "on"
                   : launch_get(plan, graphics, "websocket"));
    if (xml_node_get(graphics, "keymap"))
        launch_add(plan, "-k", launch_get(plan, graphics, "keymap"));
    launch_add(plan, "-vnc", option->str);
}

/* A password would stand in the list of processes; without it the screen would be open. */
static void put_graphics(LaunchPlan *plan, const XmlNode *graphics)
{
    launch_say(plan, graphics);
    if (!launch_is(plan, graphics, "type", "vnc")) {
        const char *type = xml_node_get(graphics, "type");

        launch_miss(plan, "<graphics> of type %s", type ? type : "unknown");
        launch_say_all(plan, graphics);
    } else if (xml_node_get(graphics, "passwd")) {
        launch_miss(plan, "<graphics> with a password");
        launch_say_all(plan, graphics);
    } else {
        put_vnc(plan, graphics);
    }
}

/* ---- sound of the host ---- */

/* The guest's sound goes nowhere: it runs without anybody's session. */
static void put_audio(LaunchPlan *plan, const XmlNode *audio)
{
    const char *number = launch_get(plan, audio, "id");
    g_autofree char *escaped = launch_escape(number ? number : LAUNCH_AUDIO);

    launch_say(plan, audio);
    if (!launch_is(plan, audio, "type", "none")) {
        launch_miss(plan, "<audio> of type %s: the guest's sound is heard nowhere",
                    xml_node_get(audio, "type"));
        launch_say_all(plan, audio);
    }
    launch_addf(plan, "-audiodev", "none,id=audio%s", escaped);
}

static gboolean has_sound(const Domain *domain)
{
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];

        if (strcmp(device->element, "sound") == 0)
            return TRUE;
    }
    return FALSE;
}

/* ---- the rest ---- */

/* The chipset of q35 has one; what has to be said is that it may act. */
static void put_watchdog(LaunchPlan *plan, const XmlNode *watchdog)
{
    if (!launch_is(plan, watchdog, "model", "itco") || plan->domain->family != MACHINE_Q35)
        return;
    launch_say(plan, watchdog);
    launch_add(plan, "-global", "ICH9-LPC.noreboot=off");
    launch_put_action(plan, watchdog);
}

/* The words for "there is none". */
static const struct {
    const char *element, *child, *attribute;
} nothings[] = {
    { "controller", NULL, "model" },
    { "memballoon", NULL, "model" },
    { "video", "model", "type" },
};

static gboolean is_nothing(const XmlNode *node)
{
    for (gsize i = 0; i < G_N_ELEMENTS(nothings); i++) {
        const XmlNode *found = nothings[i].child ? xml_node_child(node, nothings[i].child) : node;

        if (strcmp(nothings[i].element, node->name) == 0 &&
            g_strcmp0(xml_node_get(found, nothings[i].attribute), "none") == 0)
            return TRUE;
    }
    return FALSE;
}

static void put_other(LaunchPlan *plan, const XmlNode *node)
{
    if (strcmp(node->name, "graphics") == 0)
        put_graphics(plan, node);
    else if (strcmp(node->name, "audio") == 0)
        put_audio(plan, node);
    else if (strcmp(node->name, "watchdog") == 0)
        put_watchdog(plan, node);
    else if (is_nothing(node))
        launch_say_all(plan, node);
}

/* A console that is the serial port once more. */
static void say_doubles(LaunchPlan *plan)
{
    g_autoptr(GHashTable) devices = g_hash_table_new(NULL, NULL);
    const GPtrArray *nodes = plan->domain->devices_node->children;

    for (guint i = 0; i < plan->domain->devices->len; i++) {
        const DomainDevice *device = plan->domain->devices->pdata[i];

        g_hash_table_add(devices, (gpointer)device->node);
    }
    for (guint i = 0; i < nodes->len; i++) {
        const XmlNode *node = nodes->pdata[i];

        if (strcmp(node->name, "console") == 0 && !g_hash_table_contains(devices, node))
            launch_say_all(plan, node);
    }
}

void launch_others(LaunchPlan *plan)
{
    const XmlNode *devices = plan->domain->devices_node;

    launch_add(plan, "-display", "none");
    if (!devices)
        return;
    for (guint i = 0; i < devices->children->len; i++)
        put_other(plan, devices->children->pdata[i]);
    if (has_sound(plan->domain) && !xml_node_child(devices, "audio"))
        launch_add(plan, "-audiodev", "none,id=audio" LAUNCH_AUDIO);
    say_doubles(plan);
}
