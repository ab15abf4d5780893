/* One row a family of drivers. */
#include "engine/quirk.h"

/* Measured on QEMU 7.2.22 and 10.0.2 with every model: plug, unplug, reset, and once more. rocker
 * fails an assertion of msix_vector_unuse; the i825xx leave a reset handler behind that touches
 * freed memory; the others leave their RAM block or their migration state registered. */
#define AGAIN "QEMU ends when one is plugged after one was unplugged"
#define RESET "QEMU ends at the first reset of the guest after one was unplugged"

static const struct {
    const char *pattern;
    const char *attach, *detach;
} quirks[] = {
    { "rocker", "QEMU ends when it is unplugged again", "QEMU ends when it is unplugged" },
    { "i825*", RESET, RESET },
    { "i82801", RESET, RESET },
    { "dc390", AGAIN, NULL },
    { "bochs-display", AGAIN, NULL },
    { "qxl", AGAIN, NULL },
};

static const struct {
    const char *pattern;
    const char *qemu; /* version */
    const char *caution;
} cautions[] = {
    { "pci-serial*", "10.*", "QEMU 10 ends when the guest is reset before it has released it" },
    { "virtio-balloon-pci*", "10.*",
      "QEMU 10 ends when the guest is reset before it has released it" },
};

const char *quirk_attach(const char *driver)
{
    for (gsize i = 0; i < G_N_ELEMENTS(quirks); i++) {
        if (g_pattern_match_simple(quirks[i].pattern, driver)) {
            return quirks[i].attach;
        }
    }
    return NULL;
}

const char *quirk_detach(const char *driver)
{
    for (gsize i = 0; i < G_N_ELEMENTS(quirks); i++) {
        if (g_pattern_match_simple(quirks[i].pattern, driver)) {
            return quirks[i].detach;
        }
    }
    return NULL;
}

const char *quirk_caution(const char *driver, const char *qemu)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cautions); i++) {
        if (g_pattern_match_simple(cautions[i].pattern, driver) && qemu != NULL &&
            g_pattern_match_simple(cautions[i].qemu, qemu)) {
            return cautions[i].caution;
        }
    }
    return NULL;
}
