/* Where drives go by their target names, and the controllers that they need. */
#include "engine/domain_edit.h"

#include <string.h>

#include "engine/domain_private.h"
#include "engine/xml_edit.h"

/* Disks that go to a controller of the same type, in the order in which their names count: bays for
 * sda, sdb, ... are counted through the controllers by their index. */
typedef struct {
    const char *bus;
    guint limit;  /* controllers that a machine can have; 0: no limit */
    guint places; /* of one controller; 0: by its model */
    guint units;  /* of each channel */
    const char *refusal;
} DriveBus;

static const DriveBus buses[] = {
    { "scsi", 0, 0, 0, NULL },
    { "ide", 1, 4, 2, "a machine has one IDE controller, for hda to hdd" },
    { "sata", 0, 6, 6, NULL },
    { "fdc", 1, 2, 2, "a machine has one floppy controller, for fda and fdb" },
};

typedef struct {
    const Domain *domain;
    DomainEdit *edit;
    AddressMode mode;
    GHashTable *taken;                 /* text of a bay -> (DomainDevice) its holder */
    guint needed[G_N_ELEMENTS(buses)]; /* controllers 0..needed-1 have to be there */
} Placing;

static const DriveBus *find_bus(const DomainDevice *device)
{
    const char *name = domain_drive_bus(device);
    for (gsize i = 0; name && i < G_N_ELEMENTS(buses); i++) {
        if (strcmp(buses[i].bus, name) == 0)
            return &buses[i];
    }
    return NULL;
}

static char *bay_key(const DriveBus *bus, const Address *place)
{
    return g_strdup_printf("%s %u %u %u %u", bus->bus, place->drive.controller, place->drive.bus,
                           place->drive.target, place->drive.unit);
}

static gboolean refuse(const DomainDevice *device, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
static gboolean refuse(const DomainDevice *device, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *reason = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *name = domain_device_name(device);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "%s (line %u): %s", name,
                device->node->line, reason);
    return FALSE;
}

/* --- the models ------------------------------------------------------------------------------ */

/* What a new SCSI controller is: as the last one that the file has. */
static const DomainDevice *last_scsi(const Domain *domain)
{
    const DomainDevice *last = NULL;
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        if (strcmp(device->element, "controller") == 0 && g_strcmp0(device->type, "scsi") == 0 &&
            (!last || device->index > last->index))
            last = device;
    }
    return last;
}

static const Model *scsi_model(const Domain *domain, const DomainDevice *last, guint index)
{
    const DomainDevice *controller = domain_controller(domain, "scsi", index);
    if (!controller)
        controller = last;
    return controller && controller->model ? controller->model : model_find("lsi53c895a");
}

/* virtio-scsi counts luns of target 0, as libvirt writes it; at the others each disk is a target of
 * its own, since few luns of one exist or guests look at lun 0 alone. */
static gboolean counts_luns(const Model *model)
{
    return model->luns > G_MAXUINT8 + 1;
}

static guint scsi_places(const Model *model)
{
    if (counts_luns(model))
        return model->luns;
    return MAX(model->targets, 1) - (domain_is_narrow(model) ? 1 : 0);
}

static void scsi_bay(const Model *model, guint number, Address *place)
{
    place->drive.scsi = !domain_is_narrow(model);
    if (place->drive.scsi && !counts_luns(model))
        place->drive.target = number;
    else
        place->drive.unit = number;
}

static void place_scsi(const Domain *domain, guint index, Address *place)
{
    const DomainDevice *last = last_scsi(domain);
    guint last_index = last ? last->index : 0;
    guint controller = 0;
    const Model *model = scsi_model(domain, last, 0);
    for (; controller <= last_index && index >= scsi_places(model);
         model = scsi_model(domain, last, ++controller))
        index -= scsi_places(model);
    /* Behind the last one all are alike. */
    controller += index / scsi_places(model);
    place->drive.controller = controller;
    scsi_bay(model, index % scsi_places(model), place);
}

/* --- placing --------------------------------------------------------------------------------- */

static gboolean take(Placing *placing, const DomainDevice *device, const DriveBus *bus,
                     const Address *place, GError **error)
{
    char *key = bay_key(bus, place);
    const DomainDevice *holder = g_hash_table_lookup(placing->taken, key);
    if (!holder) {
        g_hash_table_insert(placing->taken, key, (gpointer)device);
        guint *needed = &placing->needed[bus - buses];
        *needed = MAX(*needed, place->drive.controller + 1);
        return TRUE;
    }
    g_free(key);
    g_autofree char *other = domain_device_name(holder);
    g_autofree char *bay = address_to_text(place);
    return refuse(device, error,
                  "its bay %s is taken by %s (line %u): give one of them another "
                  "target name or an address",
                  bay, other, holder->node->line);
}

static gboolean place_drive(Placing *placing, const DomainDevice *device, const DriveBus *bus,
                            GError **error)
{
    Address place = { .type = ADDRESS_DRIVE };
    guint index;
    if (!device->target || !target_index(device->target, NULL, &index))
        return refuse(device, error,
                      "its target name tells no bay: give it one such as sda or an "
                      "<address type='drive' .../>");
    if (!bus->places) {
        place_scsi(placing->domain, index, &place);
    } else {
        place.drive.controller = index / bus->places;
        place.drive.bus = index % bus->places / bus->units;
        place.drive.unit = index % bus->places % bus->units;
    }
    if (bus->limit && place.drive.controller >= bus->limit)
        return refuse(device, error, "%s", bus->refusal);
    if (!take(placing, device, bus, &place, error))
        return FALSE;
    domain_edit_address(placing->edit, device, &place, placing->mode);
    return TRUE;
}

/* Those with an address keep it, so they come first. */
static gboolean place_all(Placing *placing, gboolean placed, GError **error)
{
    for (guint i = 0; i < placing->domain->devices->len; i++) {
        const DomainDevice *device = placing->domain->devices->pdata[i];
        const DriveBus *bus = find_bus(device);
        if (!bus)
            continue;
        gboolean has_place = device->address.place.type == ADDRESS_DRIVE;
        if (placed && has_place && !take(placing, device, bus, &device->address.place, error))
            return FALSE;
        if (!placed && (!device->address.node || device->address.wanted) &&
            strcmp(device->element, "disk") == 0 && !place_drive(placing, device, bus, error))
            return FALSE;
    }
    return TRUE;
}

/* All up to the last one that a drive needs, as libvirt does: it would add those between. */
static void add_controllers(const Placing *placing, const DriveBus *bus)
{
    const DomainDevice *last = last_scsi(placing->domain);
    const char *model = strcmp(bus->bus, "scsi") == 0 && last ? last->xml_model : NULL;
    g_autofree char *escaped = model ? xml_escape(model) : NULL;
    for (guint i = 0; i < placing->needed[bus - buses]; i++) {
        if (domain_controller(placing->domain, bus->bus, i))
            continue;
        g_autofree char *element =
            g_strdup_printf("<controller type='%s' index='%u'%s%s%s/>", bus->bus, i,
                            model ? " model='" : "", model ? escaped : "", model ? "'" : "");
        domain_edit_add(placing->edit, element);
    }
}

Domain *domain_place_drives(const Domain *domain, AddressMode mode, GError **error)
{
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Placing placing = { .domain = domain, .edit = edit, .mode = mode, .taken = taken };
    if (!place_all(&placing, TRUE, error) || !place_all(&placing, FALSE, error))
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(buses); i++)
        add_controllers(&placing, &buses[i]);
    return domain_edit_is_empty(edit) ? domain_ref((Domain *)domain)
                                      : domain_edit_apply(edit, error);
}
