/* The two halves of a NIC: its MAC, and the netdev behind it. */
#include "engine/attach.h"

#include <string.h>

#include "engine/allocate.h"
#include "engine/nearest.h"

typedef enum { AS_TEXT, AS_BOOL, AS_RULES } NetForm;

/* Options of the back ends that can be made, and the form QEMU wants them in. */
static const struct {
    const char *backend;
    const char *option;
    NetForm form;
} net_options[] = {
    { "user", "hostfwd", AS_RULES },  { "user", "restrict", AS_BOOL },
    { "tap", "ifname", AS_TEXT },     { "tap", "script", AS_TEXT },
    { "tap", "downscript", AS_TEXT }, { "tap", "vhost", AS_BOOL },
    { "tap", "helper", AS_TEXT },     { "bridge", "br", AS_TEXT },
    { "bridge", "helper", AS_TEXT },  { "socket", "listen", AS_TEXT },
    { "socket", "connect", AS_TEXT }, { "socket", "mcast", AS_TEXT },
};

static const char *const backends[] = { "user", "tap", "bridge", "socket", NULL };

/* --- the MAC --------------------------------------------------------------------------------- */

/* Six octets in hex; (transfer full), in lower case; NULL when it is none. */
static char *parse_mac(const char *text)
{
    static const char form[] = "xx:xx:xx:xx:xx:xx";
    if (strlen(text) != sizeof(form) - 1) {
        return NULL;
    }
    for (gsize i = 0; i < sizeof(form) - 1; i++) {
        gboolean good =
            form[i] == 'x' ? g_ascii_isxdigit(text[i]) : text[i] == ':' || text[i] == '-';
        if (!good) {
            return NULL;
        }
    }
    char *mac = g_ascii_strdown(text, -1);
    return g_strdelimit(mac, "-", ':');
}

static gboolean check_mac(const Attach *attach, const char *stated, const char *mac, GError **error)
{
    const char *why = NULL;
    if (mac == NULL) {
        why = "is not six octets in hex";
    } else if ((g_ascii_xdigit_value(mac[1]) & 1) != 0) {
        why = "is a multicast address (its first octet is odd)";
    } else if (strcmp(mac, "00:00:00:00:00:00") == 0) {
        why = "is no address";
    }
    if (why != NULL) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "mac=%s %s; give one like 52:54:00:12:34:56, or leave it out", stated, why);
        return FALSE;
    }
    const Device *holder = allocate_mac_holder(attach->guest, mac);
    if (holder != NULL) {
        g_autofree char *name = device_display_name(holder);
        g_autofree char *another = allocate_mac(attach->guest);
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "MAC %s is in use by %s of this guest; %s is free", mac, name, another);
        return FALSE;
    }
    return TRUE;
}

gboolean attach_put_mac(Attach *attach, GError **error)
{
    const char *stated = request_get(attach->request, "mac");
    g_autofree char *mac = stated != NULL ? parse_mac(stated) : allocate_mac(attach->guest);
    if (stated != NULL && !check_mac(attach, stated, mac, error)) {
        return FALSE;
    }
    json_object_set_new(attach->device, "mac", json_string(mac));
    plan_choose(attach->plan, "mac", mac);
    return TRUE;
}

/* --- a netdev that is there ------------------------------------------------------------------ */

static char *list_free_netdevs(const Guest *guest)
{
    GString *list = g_string_new(NULL);
    for (guint i = 0; i < guest->netdevs->len; i++) {
        const Netdev *netdev = guest->netdevs->pdata[i];
        if (netdev->peer == NULL) {
            g_string_append_printf(list, "%s%s", list->len == 0 ? "" : ", ", netdev->id);
        }
    }
    return g_string_free(list, FALSE);
}

static gboolean refuse_netdev(const Attach *attach, const char *name, GError **error)
{
    g_autofree char *hint =
        nearest_hint(name, backends, G_N_ELEMENTS(backends) - 1, sizeof(char *));
    g_autofree char *names = list_free_netdevs(attach->guest);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                "backend=%s: the guest has no netdev of that name; give user, tap, bridge or "
                "socket%s%s%s",
                name, names[0] != '\0' ? ", or a netdev that is free: " : "", names, hint);
    return FALSE;
}

static gboolean use_netdev(Attach *attach, const char *name, GError **error)
{
    const Netdev *netdev = guest_find_netdev(attach->guest, name);
    if (netdev == NULL) {
        return refuse_netdev(attach, name, error);
    }
    if (netdev->peer != NULL) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "netdev %s is in use by %s; give another one, or backend=user for a new one",
                    name, netdev->peer);
        return FALSE;
    }
    json_object_set_new(attach->device, "netdev", json_string(name));
    plan_add_check(attach->plan, FALSE, "info network", "netdev %s is there and not in use", name);
    return TRUE;
}

/* --- a new one ------------------------------------------------------------------------------- */

/* Every option that belongs to back ends belongs to this one. */
static gboolean check_net_options(const Attach *attach, const char *backend, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(net_options); i++) {
        const char *option = net_options[i].option;
        gboolean fits = FALSE;
        for (gsize j = 0; j < G_N_ELEMENTS(net_options); j++) {
            fits = fits || (strcmp(net_options[j].option, option) == 0 &&
                            strcmp(net_options[j].backend, backend) == 0);
        }
        if (!fits && request_get(attach->request, option) != NULL) {
            g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                        "%s= belongs to backend=%s, not to %s; leave it out or give that backend",
                        option, net_options[i].backend, backend);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean check_socket(const Attach *attach, const char *backend, GError **error)
{
    guint given = (request_get(attach->request, "listen") != NULL) +
                  (request_get(attach->request, "connect") != NULL) +
                  (request_get(attach->request, "mcast") != NULL);
    if (strcmp(backend, "socket") == 0 && given != 1) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                    "backend=socket needs one of listen=HOST:PORT, connect=HOST:PORT and "
                    "mcast=ADDRESS:PORT, and %s",
                    given == 0 ? "none is given" : "more than one is given");
        return FALSE;
    }
    return TRUE;
}

gboolean attach_check_backend(const Attach *attach, const char *backend, GError **error)
{
    return check_net_options(attach, backend, error) && check_socket(attach, backend, error);
}

/* PROTOCOL:[HOST]:PORT-[GUEST]:PORT. */
static gboolean check_rule(const char *rule, GError **error)
{
    if (g_regex_match_simple("^(tcp|udp)?:[^:]*:[0-9]+-[^:]*:[0-9]+$", rule, G_REGEX_DEFAULT,
                             G_REGEX_MATCH_DEFAULT)) {
        return TRUE;
    }
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_INPUT,
                "hostfwd=%s is no rule; give PROTOCOL:HOST:PORT-GUEST:PORT, like "
                "tcp:127.0.0.1:2222-:22",
                rule);
    return FALSE;
}

static json_t *make_rules(const char *value, GError **error)
{
    g_auto(GStrv) rules = g_strsplit(value, ",", 0);
    json_t *list = json_array();
    for (char **rule = rules; *rule != NULL; rule++) {
        if (!check_rule(*rule, error)) {
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, json_pack("{s:s}", "str", *rule));
    }
    return list;
}

static json_t *make_net_value(NetForm form, const char *value, GError **error)
{
    switch (form) {
    case AS_BOOL:
        return json_boolean(strcmp(value, "on") == 0);
    case AS_RULES:
        return make_rules(value, error);
    case AS_TEXT:
        break;
    }
    return json_string(value);
}

static gboolean put_net_options(const Attach *attach, const char *backend, json_t *netdev,
                                GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(net_options); i++) {
        const char *value = request_get(attach->request, net_options[i].option);
        if (value == NULL || strcmp(net_options[i].backend, backend) != 0) {
            continue;
        }
        json_t *typed = make_net_value(net_options[i].form, value, error);
        if (typed == NULL) {
            return FALSE;
        }
        json_object_set_new(netdev, net_options[i].option, typed);
        plan_choose(attach->plan, net_options[i].option, value);
    }
    return TRUE;
}

/* An interface that is there already needs no script, and QEMU's default one is often missing. */
static void put_tap_scripts(const Attach *attach, const char *backend, json_t *netdev)
{
    static const char *const scripts[] = { "script", "downscript" };
    if (strcmp(backend, "tap") != 0 || request_get(attach->request, "ifname") == NULL) {
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(scripts); i++) {
        if (json_object_get(netdev, scripts[i]) == NULL) {
            json_object_set_new(netdev, scripts[i], json_string("no"));
            plan_choose(attach->plan, scripts[i], "no");
        }
    }
}

static gboolean make_netdev(Attach *attach, const char *backend, GError **error)
{
    g_autofree char *id = g_strdup_printf("%s-%s", attach->id, backend);
    if (guest_find_netdev(attach->guest, id) != NULL) {
        g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED,
                    "the netdev %s that would be made is there already; use it with backend=%s, or "
                    "give another id=",
                    id, id);
        return FALSE;
    }
    json_t *netdev = json_pack("{s:s, s:s}", "type", backend, "id", id);
    if (!check_socket(attach, backend, error) || !put_net_options(attach, backend, netdev, error)) {
        json_decref(netdev);
        return FALSE;
    }
    put_tap_scripts(attach, backend, netdev);
    g_autofree char *words = g_strconcat("netdev ", id, NULL);
    plan_add(attach->plan, words, action_new("netdev_add", netdev, NULL),
             action_new("netdev_del", json_pack("{s:s}", "id", id), NULL));
    json_object_set_new(attach->device, "netdev", json_string(id));
    return TRUE;
}

gboolean attach_add_netdev(Attach *attach, GError **error)
{
    const char *stated = request_get(attach->request, "backend");
    const char *backend = stated != NULL ? stated : "user";
    plan_choose(attach->plan, "backend", backend);
    if (!check_net_options(attach, backend, error)) {
        return FALSE;
    }
    gboolean known = g_strv_contains(backends, backend);
    return (known ? make_netdev : use_netdev)(attach, backend, error) &&
           attach_put_mac(attach, error);
}
