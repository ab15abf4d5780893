/* Where drives go by their target names, and the controllers that they need. */
#include "engine/domain_edit.h"

#include <string.h>

#include "engine/domain_private.h"
#include "engine/xml_edit.h"

/* How the names of one kind of bus are counted through its controllers. */
typedef struct {
    const char *bus;
    guint controllers; /* that a machine can have; 0: any number */
    guint places;      /* of one controller; 0: by its model */
    guint units;       /* of each channel */
    const char *refusal;
} DriveBus;

static const DriveBus buses[] = {
    { "scsi", 0, 0, 0, NULL },
    { "ide", 1, 4, 2, "a machine has one IDE controller, for hda to hdd" },
    { "sata", 0, 6, 6, NULL },
    { "fdc", 1, 2, 2, "a machine has one floppy controller, for fda and fdb" },
};

/* Names first.. are at this SCSI controller and, if it is the last, at those behind it. */
typedef struct {
    guint first;
    guint controller;
    const Model *model;
} ScsiRange;

typedef struct {
    const Domain *domain;
    DomainEdit *edit;
    AddressMode mode;
    const DomainDevice *last; /* SCSI controller of the file; NULL: it has none */
    GArray *ranges;           /* (ScsiRange) in order */
    GHashTable *taken;        /* text of a bay -> (DomainDevice) its holder */
    GHashTable *added;        /* "scsi 1" of the controllers that were added */
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

static gboolean refuse(const DomainDevice *device, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
static gboolean refuse(const DomainDevice *device, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *reason = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *name = domain_device_name(device);
    g_set_error(error, ENGINE_ERROR, ENGINE_ERROR_REFUSED, "%s:%u: %s: %s",
                xml_document_name(device->domain->document), device->node->line, name, reason);
    return FALSE;
}

/* --- SCSI controllers ------------------------------------------------------------------------ */

/* virtio-scsi counts luns of target 0, as libvirt writes it; at the others each disk is a target of
 * its own, since they have few luns or their guests look at lun 0 alone. */
static gboolean counts_luns(const Model *model)
{
    return model->luns > G_MAXUINT8 + 1;
}

static guint count_places(const Model *model)
{
    if (counts_luns(model))
        return model->luns;
    return MAX(model->targets, 2) - (domain_is_narrow(model) ? 1 : 0);
}

static const Model *scsi_model(const DomainDevice *controller)
{
    return controller && controller->model ? controller->model : model_find("lsi53c895a");
}

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

/* Those that the file does not have are as its last one. */
static GArray *scsi_ranges(const Domain *domain, const DomainDevice *last)
{
    GArray *ranges = g_array_new(FALSE, FALSE, sizeof(ScsiRange));
    ScsiRange range = { 0 };
    for (guint i = 0; i <= (last ? (guint)last->index : 0); i++) {
        const DomainDevice *controller = domain_controller(domain, "scsi", i);
        range.controller = i;
        range.model = scsi_model(controller ? controller : last);
        g_array_append_val(ranges, range);
        range.first += count_places(range.model);
    }
    return ranges;
}

static const ScsiRange *find_range(const GArray *ranges, guint index)
{
    guint low = 0, high = ranges->len;
    while (high - low > 1) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(ranges, ScsiRange, middle).first <= index)
            low = middle;
        else
            high = middle;
    }
    return &g_array_index(ranges, ScsiRange, low);
}

static void place_scsi(const GArray *ranges, guint index, Address *place)
{
    const ScsiRange *range = find_range(ranges, index);
    guint places = count_places(range->model);
    guint number = (index - range->first) % places;
    place->drive.controller = range->controller + (index - range->first) / places;
    place->drive.scsi = !domain_is_narrow(range->model);
    if (place->drive.scsi && !counts_luns(range->model))
        place->drive.target = number;
    else
        place->drive.unit = number;
}

/* --- placing --------------------------------------------------------------------------------- */

static void add_controller(Placing *placing, const DriveBus *bus, guint index)
{
    g_autofree char *key = g_strdup_printf("%s %u", bus->bus, index);
    if (domain_controller(placing->domain, bus->bus, index) ||
        !g_hash_table_add(placing->added, g_strdup(key)))
        return;
    const DomainDevice *last = bus->places ? NULL : placing->last;
    g_autofree char *model = last && last->xml_model ? xml_escape(last->xml_model) : NULL;
    g_autofree char *element =
        g_strdup_printf("<controller type='%s' index='%u'%s%s%s/>", bus->bus, index,
                        model ? " model='" : "", model ? model : "", model ? "'" : "");
    domain_edit_add(placing->edit, element);
}

static gboolean take(Placing *placing, const DomainDevice *device, const DriveBus *bus,
                     const Address *place, GError **error)
{
    char *key = g_strdup_printf("%s %u %u %u %u", bus->bus, place->drive.controller,
                                place->drive.bus, place->drive.target, place->drive.unit);
    const DomainDevice *holder = g_hash_table_lookup(placing->taken, key);
    if (!holder) {
        g_hash_table_insert(placing->taken, key, (gpointer)device);
        add_controller(placing, bus, place->drive.controller);
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

static gboolean bay_of_target(const DomainDevice *device, const DriveBus *bus, const GArray *ranges,
                              Address *place)
{
    guint index;
    *place = (Address){ .type = ADDRESS_DRIVE };
    if (!device->target || !target_index(device->target, NULL, &index))
        return FALSE;
    if (!bus->places) {
        place_scsi(ranges, index, place);
        return TRUE;
    }
    place->drive.controller = index / bus->places;
    place->drive.bus = index % bus->places / bus->units;
    place->drive.unit = index % bus->places % bus->units;
    return TRUE;
}

static gboolean place_drive(Placing *placing, const DomainDevice *device, const DriveBus *bus,
                            GError **error)
{
    Address place;
    if (!bay_of_target(device, bus, placing->ranges, &place))
        return refuse(device, error,
                      "its target name tells no bay: give it one such as sda, or an "
                      "<address type='drive' .../>");
    if (bus->controllers && place.drive.controller >= bus->controllers)
        return refuse(device, error, "%s", bus->refusal);
    if (placing->domain->family == MACHINE_Q35 && strcmp(bus->bus, "ide") == 0 &&
        !domain_controller(placing->domain, "ide", 0))
        return refuse(device, error, "a q35 machine has SATA in place of IDE: give it bus='sata'");
    if (!take(placing, device, bus, &place, error))
        return FALSE;
    domain_edit_address(placing->edit, device, &place, placing->mode);
    return TRUE;
}

static gboolean is_unplaced(const DomainDevice *device)
{
    return strcmp(device->element, "disk") == 0 &&
           (!device->address.node || device->address.wanted);
}

static gboolean place_all(Placing *placing, GError **error)
{
    const GPtrArray *devices = placing->domain->devices;
    /* Those with an address keep it, so they come first. */
    for (guint i = 0; i < devices->len; i++) {
        const DomainDevice *device = devices->pdata[i];
        const DriveBus *bus = find_bus(device);
        const Address *place = &device->address.place;
        if (bus && place->type == ADDRESS_DRIVE && !take(placing, device, bus, place, error))
            return FALSE;
    }
    for (guint i = 0; i < devices->len; i++) {
        const DomainDevice *device = devices->pdata[i];
        const DriveBus *bus = find_bus(device);
        if (bus && is_unplaced(device) && !place_drive(placing, device, bus, error))
            return FALSE;
    }
    return TRUE;
}

Domain *domain_place_drives(const Domain *domain, AddressMode mode, GError **error)
{
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    const DomainDevice *last = last_scsi(domain);
    g_autoptr(GArray) ranges = scsi_ranges(domain, last);
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) added = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Placing placing = { domain, edit, mode, last, ranges, taken, added };
    if (!place_all(&placing, error))
        return NULL;
    return domain_edit_is_empty(edit) ? domain_ref((Domain *)domain)
                                      : domain_edit_apply(edit, error);
}

GArray *domain_target_places(const Domain *domain)
{
    GArray *places = g_array_sized_new(FALSE, TRUE, sizeof(Address), domain->devices->len);
    const DomainDevice *last = last_scsi(domain);
    g_autoptr(GArray) ranges = scsi_ranges(domain, last);
    g_array_set_size(places, domain->devices->len);
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *device = domain->devices->pdata[i];
        const DriveBus *bus = is_unplaced(device) ? find_bus(device) : NULL;
        Address *place = &g_array_index(places, Address, i);
        if (bus && !bay_of_target(device, bus, ranges, place))
            *place = (Address){ 0 };
    }
    return places;
}
