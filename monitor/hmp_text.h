/* What QEMU's human monitor prints, as the JSON that QMP gives for the same question. A field that
 * the text does not tell is left out, never guessed. Texts of QEMU 0.10 to 0.14 and of 7.2 and 10.0
 * are read; lines that no version prints are skipped. Nothing here fails: a text of rubbish gives
 * an empty answer. Bytes that are not UTF-8 become U+FFFD, as in QMP. */
#ifndef BACKPLANE_HMP_TEXT_H
#define BACKPLANE_HMP_TEXT_H

#include <glib.h>
#include <jansson.h>

/* More lines are not read: 500 drives make 25,000 lines of `info qtree`. */
#define HMP_TEXT_LINES_MOST 400000

/* Each is given one reply, line ends \n or \r\n, and returns what QMP's "return" would be.
 * (transfer full) */
json_t *hmp_text_status(const char *text);         /* info status */
json_t *hmp_text_version(const char *text);        /* info version */
json_t *hmp_text_name(const char *text);           /* info name */
json_t *hmp_text_cpus(const char *text);           /* info cpus */
json_t *hmp_text_memory_size(const char *text);    /* info memory_size_summary */
json_t *hmp_text_memory_devices(const char *text); /* info memory-devices */
json_t *hmp_text_pci(const char *text);            /* info pci */
json_t *hmp_text_block(const char *text);          /* info block, with -v or without */
json_t *hmp_text_nodes(const char *text);          /* info block -n */
json_t *hmp_text_block_stats(const char *text);    /* info blockstats */
json_t *hmp_text_chardev(const char *text);        /* info chardev */
json_t *hmp_text_qom_list(const char *text);       /* qom-list PATH */
json_t *hmp_text_properties(const char *text);     /* device_add DRIVER,help */

/* qom-get prints the value as JSON; NULL where it did not. */
json_t *hmp_text_value(const char *text);

/* info usb, which QMP has not: an array of {"address": "0.2", "port"?, "speed", "product", "id"?},
 * in QEMU's order, which is another in each version. Until the guest has numbered it, a device's
 * address ends in 0, and several may have the same. */
json_t *hmp_text_usb(const char *text);

/* help, or help info: an object of command -> what stands between it and its explanation,
 * "[-n] [-v] [device]". A command of several names is there under each. Names of `help info` begin
 * with "info ". */
json_t *hmp_text_help(const char *text);

/* info qtree and info network of 0.10 to 0.14 in the form that 7.2 prints; other texts as they
 * are. A VLAN becomes a hub of that number. (transfer full) */
char *hmp_text_modern_qtree(const char *text);
char *hmp_text_modern_network(const char *text);

#endif
