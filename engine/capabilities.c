/* One row a capability: the command that shows it. */
#include "engine/capabilities.h"

static const struct {
    const char *command;
    gsize member;
} rows[] = {
    { "qom-list", G_STRUCT_OFFSET(Capabilities, qom) },
    { "qom-list-get", G_STRUCT_OFFSET(Capabilities, list_get) },
    { "blockdev-del", G_STRUCT_OFFSET(Capabilities, nodes) },
    { "pci_add", G_STRUCT_OFFSET(Capabilities, pci_add) },
    { "device_add", G_STRUCT_OFFSET(Capabilities, device_add) },
    { "blockdev-open-tray", G_STRUCT_OFFSET(Capabilities, trays) },
};

static void take(Capabilities *capabilities, const char *command)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (g_strcmp0(rows[i].command, command) == 0)
            G_STRUCT_MEMBER(gboolean, capabilities, rows[i].member) = TRUE;
    }
}

Capabilities capabilities_from_commands(const json_t *commands)
{
    Capabilities capabilities = { .known = json_is_array(commands) };
    gsize i;
    json_t *command;

    if (!capabilities.known)
        return (Capabilities){ .qom = TRUE, .nodes = TRUE, .device_add = TRUE, .trays = TRUE };
    json_array_foreach (commands, i, command) {
        take(&capabilities, json_string_value(json_object_get(command, "name")));
    }
    return capabilities;
}
