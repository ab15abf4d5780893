/* What replies of the human monitor mean: each sentence here was printed by a QEMU of the version
 * that stands beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/hmp_line.h"
#include "monitor/hmp_reply.h"
#include "monitor/hmp_text.h"

#define NO_REASON "QEMU wrote the reason to its standard error only: see the guest's log"

static json_t *json_from(const char *text)
{
    g_autofree char *quoted = g_strdup(text);
    json_error_t error;
    json_t *json;

    g_strdelimit(quoted, "'", '"');
    json = json_loads(quoted, JSON_DECODE_ANY, &error);
    if (!json)
        fail_msg("%s: %s", quoted, error.text);
    return json;
}

static void assert_json(json_t *json, const char *expected)
{
    json_t *wanted = json_from(expected);
    g_autofree char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_SORT_KEYS);
    g_autofree char *wanted_text = json_dumps(wanted, JSON_ENCODE_ANY | JSON_SORT_KEYS);

    assert_string_equal(text, wanted_text);
    json_decref(wanted);
}

typedef struct {
    const char *command, *text;
    const char *result; /* with ' for "; NULL for a refusal */
    MonitorError code;
    const char *message;
} Reply;

static const Reply replies[] = {
    /* 7.2 and 10.0 */
    { "device_add", "", "{}" },
    { "device_add", "\r\n", "{}" },
    { "device_add", "Error: Duplicate device ID 'x1'\r\n", NULL, MONITOR_ERROR_GENERIC,
      "Duplicate device ID 'x1'" },
    { "device_add", "Try \"help device_add\" for more information\r\n", NULL, MONITOR_ERROR_GENERIC,
      NO_REASON },
    { "device_del", "Error: Device 'nosuch' not found\r\n", NULL, MONITOR_ERROR_DEVICE_NOT_FOUND,
      "Device 'nosuch' not found" },
    { "netdev_add", "Try \"help netdev_add\" for more information\r\n", NULL, MONITOR_ERROR_GENERIC,
      NO_REASON },
    { "device-list-properties",
      "e1000 options:\r\n  addr=<int32>           - Slot (default: -1)\r\n"
      "  aer=<bool>             - on/off (default: false)\r\n"
      "  auto=<OnOffAuto>       - (default: x)\r\n  netdev=<str>\r\n",
      "[{'name': 'addr', 'type': 'int32', 'default-value': -1, 'description': 'Slot'},"
      " {'name': 'aer', 'type': 'bool', 'default-value': false, 'description': 'on/off'},"
      " {'name': 'auto', 'type': 'OnOffAuto', 'description': '(default: x)'},"
      " {'name': 'netdev', 'type': 'str'}]" },
    { "blockdev-add", "", "{}" },
    { "blockdev-add",
      "Failed to get \"write\" lock\r\nIs another process using the image [b.img]?\r\n", NULL,
      MONITOR_ERROR_GENERIC,
      "Failed to get \"write\" lock; Is another process using the image [b.img]?" },
    { "blockdev-del", "Device 'nb' not found\r\n", NULL, MONITOR_ERROR_DEVICE_NOT_FOUND,
      "Device 'nb' not found" },
    { "blockdev-del", "Node disk-b is in use\r\n", NULL, MONITOR_ERROR_GENERIC,
      "Node disk-b is in use" },
    { "drive_add", "OK\r\n", "{}" },
    { "drive_add", "Duplicate ID 'dd' for drive\r\n", NULL, MONITOR_ERROR_GENERIC,
      "Duplicate ID 'dd' for drive" },
    { "set_link", "Expected 'on' or 'off'\r\nTry \"help set_link\" for more information\r\n", NULL,
      MONITOR_ERROR_GENERIC, "Expected 'on' or 'off'" },
    { "blockdev-change-medium", "Error: Could not open '/nope': No such file or directory\r\n",
      NULL, MONITOR_ERROR_GENERIC, "Could not open '/nope': No such file or directory" },
    { "qom-get", "\"pc-i440fx-7.2-machine\"\r\n", "'pc-i440fx-7.2-machine'" },
    { "qom-get", "true\r\n", "true" },
    { "qom-get", "Error: Device '/nope' not found\r\n", NULL, MONITOR_ERROR_DEVICE_NOT_FOUND,
      "Device '/nope' not found" },
    { "qom-get", "Error: Property 'scsi-hd.nope' not found\r\n", NULL, MONITOR_ERROR_GENERIC,
      "Property 'scsi-hd.nope' not found" },
    { "qom-list", "type (string)\r\nscsi0 (child<lsi53c895a>)\r\n",
      "[{'name':'type','type':'string'},{'name':'scsi0','type':'child<lsi53c895a>'}]" },
    { "qom-list", "Error: Device '/nope' not found\r\n", NULL, MONITOR_ERROR_DEVICE_NOT_FOUND,
      "Device '/nope' not found" },
    { "query-pci", "unknown command: 'info pci'\r\n", NULL, MONITOR_ERROR_COMMAND_NOT_FOUND,
      "unknown command: 'info pci'" },
    { "no-such-command", "anything", NULL, MONITOR_ERROR_GENERIC, "anything" },
    /* 0.10 to 0.14 */
    { "pci_add", "OK domain 0, bus 0, slot 28, function 0\r\n",
      "{'domain':0,'bus':0,'slot':28,'function':0}" },
    { "pci_add", "", NULL, MONITOR_ERROR_GENERIC, NO_REASON },
    { "pci_add", "failed to add file=/nonexistent.img,if=scsi\r\n", NULL, MONITOR_ERROR_GENERIC,
      "failed to add file=/nonexistent.img,if=scsi: " NO_REASON },
    { "pci_add", "virtio requires a backing file/device.\r\nfailed to add if=virtio\r\n", NULL,
      MONITOR_ERROR_GENERIC, "virtio requires a backing file/device.; failed to add if=virtio" },
    { "pci_add", "OK domain 0, bus 0, slot 28, function 0x\r\n", NULL, MONITOR_ERROR_GENERIC,
      "OK domain 0, bus 0, slot 28, function 0x" },
    { "pci_del", "", "{}" },
    { "pci_del", "slot 28 empty\r\n", NULL, MONITOR_ERROR_DEVICE_NOT_FOUND, "slot 28 empty" },
    { "pci_del", "Invalid pci address\r\n", NULL, MONITOR_ERROR_GENERIC, "Invalid pci address" },
    { "drive_add", "OK bus 1, unit 5\r\n", "{'bus':1,'unit':5}" },
    { "drive_add", "", NULL, MONITOR_ERROR_GENERIC, NO_REASON },
    { "drive_add", "drive with bus=0, unit=5 (index=-1) exists\r\n", NULL, MONITOR_ERROR_GENERIC,
      "drive with bus=0, unit=5 (index=-1) exists" },
    { "host_net_add", "", "{}" },
    { "host_net_add", "TUNGETIFF ioctl() failed: Inappropriate ioctl for device\r\n", "{}" },
    { "host_net_add",
      "No file descriptor named nosuch foundadding host network device tap failed\r\n", NULL,
      MONITOR_ERROR_GENERIC,
      "No file descriptor named nosuch foundadding host network device tap failed" },
    { "host_net_remove", "can't find device x on VLAN 0\r\n", NULL, MONITOR_ERROR_GENERIC,
      "can't find device x on VLAN 0" },
    { "set_link", "could not find network device 'nosuch'", NULL, MONITOR_ERROR_GENERIC,
      "could not find network device 'nosuch'" },
    { "usb_add", "could not add USB device 'bogus'\r\n", NULL, MONITOR_ERROR_GENERIC,
      "could not add USB device 'bogus'" },
    { "eject", "The nosuch device has not been found\r\n", NULL, MONITOR_ERROR_DEVICE_NOT_FOUND,
      "The nosuch device has not been found" },
    { "eject", "device not found\r\n", NULL, MONITOR_ERROR_DEVICE_NOT_FOUND, "device not found" },
    { "pci_add", "unknown command: 'pci_add'\r\n", NULL, MONITOR_ERROR_COMMAND_NOT_FOUND,
      "unknown command: 'pci_add'" },
};

static void test_replies(void **state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(replies); i++) {
        const Reply *row = &replies[i];
        g_autoptr(GError) error = NULL;
        json_t *result = hmp_reply(row->command, NULL, row->text, &error);

        if (row->result) {
            assert_non_null(result);
            assert_json(result, row->result);
            json_decref(result);
            continue;
        }
        assert_null(result);
        assert_int_equal(error->domain, MONITOR_ERROR);
        assert_int_equal(error->code, row->code);
        assert_string_equal(error->message, row->message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
