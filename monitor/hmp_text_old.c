/* What 0.10 to 0.14 print otherwise than 7.2 where no QMP command has the answer, so that the one
 * who reads `info qtree` and `info network` knows one form only. */
#include <string.h>

#include "monitor/hmp_lines.h"
#include "monitor/hmp_text.h"

/* (transfer full) out as UTF-8; frees it */
static char *finish(GString *out)
{
    char *valid = g_utf8_make_valid(out->str, (gssize)out->len);

    g_string_free(out, TRUE);
    return valid;
}

/* --- info qtree ------------------------------------------------------------------------------ */

static const char *skip_blanks(const char *line)
{
    return line + strspn(line, " ");
}

/* "addr = 0a.0" of "dev-prop: addr = 0a.0"; NULL where it is no property of that form. */
static const char *old_property(const char *content)
{
    const char *rest = hmp_after(content, "dev-prop: ");

    return rest ? rest : hmp_after(content, "bus-prop: ");
}

/* The first property tells: a text within a property that looks like an old one comes later. */
static gboolean is_old_qtree(const char *text)
{
    g_auto(HmpLines) lines = { 0 };

    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;) {
        const char *content = skip_blanks(line);

        if (strstr(content, " = "))
            return old_property(content) != NULL;
    }
    return FALSE;
}

/* Names of back ends and MAC addresses stand in quotes since, as all strings do. */
static gboolean is_name(const char *property, gsize length)
{
    static const char *const names[] = { "chardev", "drive", "driveA", "driveB", "mac", "netdev" };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strlen(names[i]) == length && strncmp(property, names[i], length) == 0)
            return TRUE;
    }
    return FALSE;
}

static void append_property(GString *out, const char *property)
{
    const char *mark = strstr(property, " = ");
    const char *value = mark ? mark + strlen(" = ") : NULL;

    if (!value) {
        g_string_append(out, property);
        return;
    }
    g_string_append_len(out, property, value - property);
    if (strcmp(value, "<null>") == 0)
        g_string_append(out, "\"\"");
    else if (strcmp(value, "on") == 0 || strcmp(value, "off") == 0)
        g_string_append(out, value[1] == 'n' ? "true" : "false");
    else if (*value != '"' && is_name(property, mark - property))
        g_string_append_printf(out, "\"%s\"", value);
    else
        g_string_append(out, value);
}

/* "class SCSI controller, addr 20:0a.0, pci id ...": up to 0.13 the bus number is a byte of
 * something else. On the root bus it is 0. */
static gboolean append_class(GString *out, const char *content)
{
    const char *mark = hmp_after(content, "class ") ? strstr(content, ", addr ") : NULL;
    const char *number = mark ? mark + strlen(", addr ") : NULL;

    if (!number || strlen(number) < 3 || number[2] != ':')
        return FALSE;
    g_string_append_len(out, content, number - content);
    g_string_append_printf(out, "00%s", number + 2);
    return TRUE;
}

static const char *modern_type(const char *type)
{
    static const char *const types[][2] = { { "USB", "usb-bus" }, { "I2C", "i2c-bus" } };

    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        if (strcmp(type, types[i][0]) == 0)
            return types[i][1];
    }
    return type;
}

/* Blanks before what is said of a device on the host bridge's bus. */
#define ROOT_DEVICE_INDENT 8

static void append_qtree_line(GString *out, const char *line)
{
    const char *content = skip_blanks(line);
    const char *property = old_property(content), *type = hmp_after(content, "type ");

    g_string_append_len(out, line, content - line);
    if (property)
        append_property(out, property);
    else if (type)
        g_string_append_printf(out, "type %s", modern_type(type));
    else if (content - line != ROOT_DEVICE_INDENT || !append_class(out, content))
        g_string_append(out, content);
    g_string_append(out, "\r\n");
}

char *hmp_text_modern_qtree(const char *text)
{
    GString *out;
    g_auto(HmpLines) lines = { 0 };

    if (!is_old_qtree(text))
        return g_utf8_make_valid(text, -1);
    out = g_string_new(NULL);
    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;)
        append_qtree_line(out, line);
    return finish(out);
}

/* --- info network ---------------------------------------------------------------------------- */

#define NO_VLAN "Devices not on any VLAN:"

typedef struct {
    char *name;
    char *type; /* "" where nothing tells it */
    char *details;
    char *peer; /* NULL for none */
} Client;

static void client_free(gpointer data)
{
    Client *client = data;

    g_free(client->name);
    g_free(client->type);
    g_free(client->details);
    g_free(client->peer);
    g_free(client);
}

/* What QEMU tells of a client begins otherwise with each type (net.c of 0.12, net/tap.c, ...). */
static const char *type_of_details(const char *details)
{
    static const struct {
        const char *prefix, *type;
    } kinds[] = { { "model=", "nic" },  { "net=", "user" },       { "ifname=", "tap" },
                  { "fd=", "tap" },     { "socket: ", "socket" }, { "dump to ", "dump" },
                  { "ifname ", "tap" }, { "sock=", "vde" } };

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (hmp_after(details, kinds[i].prefix))
            return kinds[i].type;
    }
    return NULL;
}

/* A client that nobody named is called after its type: "user.0", and a NIC after its model. */
static const char *type_of_name(const char *name)
{
    static const struct {
        const char *prefix, *type;
    } kinds[] = { { "user.", "user" }, { "tap.", "tap" },   { "socket.", "socket" },
                  { "vde.", "vde" },   { "dump.", "dump" }, { "pcnet.", "nic" } };

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const char *rest = hmp_after(name, kinds[i].prefix);

        if (rest && *rest && strspn(rest, "0123456789") == strlen(rest))
            return kinds[i].type;
    }
    return "";
}

/* "  user.0: net=10.0.2.0, restricted=n peer=e7"; NULL for another line. 0.10 and pcnet of 0.11
 * tell nothing but the name. */
static Client *client_read(const char *line)
{
    const char *name = hmp_after(line, "  ");
    const char *colon = name ? strstr(name, ": ") : NULL;
    const char *peer, *type;
    Client *client;

    if (!colon || colon == name)
        return NULL;
    client = g_new0(Client, 1);
    client->name = g_strndup(name, colon - name);
    peer = g_strrstr(colon + 2, " peer=");
    client->details = peer ? g_strndup(colon + 2, peer - colon - 2) : g_strdup(colon + 2);
    client->peer = peer ? g_strdup(peer + strlen(" peer=")) : NULL;
    type = type_of_details(client->details);
    client->type = g_strdup(type ? type : type_of_name(client->name));
    return client;
}

/* "net=10.0.2.0, restricted=n" -> "net=10.0.2.0,restrict=off" */
static char *modern_details(const char *details)
{
    g_autoptr(GString) text = g_string_new(details);

    g_string_replace(text, ", restricted=n", ",restrict=off", 1);
    g_string_replace(text, ", restricted=y", ",restrict=on", 1);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void append_client(GString *out, const char *before, const Client *client)
{
    g_autofree char *details = modern_details(client->details);

    g_string_append_printf(out, "%s%s: index=0,type=%s%s%s\r\n", before, client->name, client->type,
                           *details ? "," : "", details);
}

static const Client *find_client(const GPtrArray *clients, const char *name)
{
    for (guint i = 0; name && i < clients->len; i++) {
        const Client *client = clients->pdata[i];

        if (strcmp(client->name, name) == 0)
            return client;
    }
    return NULL;
}

/* Clients that are on no VLAN stand each with its peer below it, a NIC before its back end. */
static void append_pairs(GString *out, const GPtrArray *clients)
{
    for (guint i = 0; i < clients->len; i++) {
        const Client *client = clients->pdata[i], *peer = find_client(clients, client->peer);

        if (peer && strcmp(client->type, "nic") != 0 && strcmp(peer->type, "nic") == 0)
            continue;
        append_client(out, "", client);
        if (peer)
            append_client(out, " \\ ", peer);
    }
}

/* What one block of the text becomes. */
static void append_block(GString *out, const char *vlan, const GPtrArray *clients)
{
    if (!vlan) {
        append_pairs(out, clients);
        return;
    }
    g_string_append_printf(out, "hub %s\r\n", vlan);
    for (guint i = 0; i < clients->len; i++) {
        g_autofree char *port = g_strdup_printf(" \\ hub%sport%u: ", vlan, i);

        append_client(out, port, clients->pdata[i]);
    }
}

/* The number in "VLAN 0 devices:"; NULL for another line. (transfer full) */
static char *vlan_number(const char *line)
{
    const char *at = hmp_after(line, "VLAN ");
    gint64 number;

    if (!at || !hmp_number(&at, &number) || strcmp(at, " devices:") != 0)
        return NULL;
    return g_strdup_printf("%" G_GINT64_FORMAT, number);
}

char *hmp_text_modern_network(const char *text)
{
    g_autoptr(GPtrArray) clients = g_ptr_array_new_with_free_func(client_free);
    g_autofree char *vlan = NULL;
    g_auto(HmpLines) lines = { 0 };
    GString *out;

    if (!g_str_has_prefix(text, "VLAN ") && !g_str_has_prefix(text, NO_VLAN))
        return g_utf8_make_valid(text, -1);
    out = g_string_new(NULL);
    hmp_lines_init(&lines, text);
    for (const char *line; (line = hmp_lines_next(&lines)) != NULL;) {
        char *number = vlan_number(line);
        Client *client = number ? NULL : client_read(line);

        if (client)
            g_ptr_array_add(clients, client);
        if (!number && strcmp(line, NO_VLAN) != 0)
            continue;
        append_block(out, vlan, clients);
        g_ptr_array_set_size(clients, 0);
        g_free(vlan);
        vlan = number;
    }
    append_block(out, vlan, clients);
    return finish(out);
}
