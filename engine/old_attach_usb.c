/* USB devices: QEMU plugs them where it likes and says nothing; `info usb` tells whether it did. */
#include <string.h>

#include "engine/old_attach.h"
#include "engine/old_command.h"

static const struct {
    const char *driver, *name, *product;
} devices[] = {
    { "usb-tablet", "tablet", "QEMU USB Tablet" },
    { "usb-mouse", "mouse", "QEMU USB Mouse" },
    { "usb-kbd", "keyboard", "QEMU USB Keyboard" },
    { "usb-wacom-tablet", "wacom-tablet", "QEMU PenPartner Tablet" },
};

#define STICK "QEMU USB MSD"

static gboolean has_usb(const Guest *guest)
{
    g_autoptr(GPtrArray) buses = guest_buses(guest);

    for (guint i = 0; i < buses->len; i++) {
        if (((const Bus *)buses->pdata[i])->family == BUS_USB)
            return TRUE;
    }
    return FALSE;
}

static void add_step(Attach *attach, const char *devname, const char *product)
{
    guint before = old_usb_count(attach->guest, product);
    g_autofree char *words = g_strdup_printf("%s", product);

    plan_add(attach->plan, words, old_action_usb_add(devname, product, before), NULL);
    plan_add_check(attach->plan, TRUE, "info usb",
                   "QEMU chooses the port; whether it plugged anything shows in its list alone");
    old_add_subject(attach, NULL, attach->driver);
}

/* The format stands before the name, and with it no header is looked at. */
static gboolean attach_stick(Attach *attach, GError **error)
{
    json_t *options = old_image_options(attach, "usb", error);
    g_autofree char *devname = NULL;

    if (!options)
        return FALSE;
    devname =
        g_strdup_printf("disk:format=%s:%s", json_string_value(json_object_get(options, "format")),
                        json_string_value(json_object_get(options, "file")));
    json_decref(options);
    add_step(attach, devname, STICK);
    return TRUE;
}

gboolean old_attach_usb(Attach *attach, GError **error)
{
    if (!has_usb(attach->guest))
        return old_refuse(error,
                          "the guest has no USB controller, and this QEMU can plug none; start "
                          "the guest with -usb");
    if (attach->request->kind != REQUEST_DEVICE)
        return attach_stick(attach, error);
    for (gsize i = 0; i < G_N_ELEMENTS(devices); i++) {
        if (strcmp(devices[i].driver, attach->driver) != 0)
            continue;
        plan_choose(attach->plan, "driver", attach->driver);
        add_step(attach, devices[i].name, devices[i].product);
        return TRUE;
    }
    return old_refuse(
        error,
        "this QEMU can plug no %s while the guest runs; it can plug disks, NICs, SCSI "
        "adapters, and driver=usb-tablet, usb-mouse, usb-kbd or usb-wacom-tablet",
        attach->driver);
}
