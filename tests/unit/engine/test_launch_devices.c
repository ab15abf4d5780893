/* The devices of a domain on the command line, with what is behind them. */
#include "launch_text.h"

/* ---- drives ---- */

static void check_driver(const char *attributes, const char *block, const char *device)
{
    g_autofree char *disk = g_strdup_printf("<disk><driver %s/><source file='/a'/>"
                                            "<target dev='vda'/></disk>",
                                            attributes);
    g_autoptr(Launch) made = launch_of("pc", disk);

    assert_has(made, block);
    assert_has(made, device);
    assert_int_equal(made->missing->len, 0);
}

static void test_disk_drivers(void **state)
{
    check_driver("name='qemu' type='qcow2'", "driver=qcow2,node-name=disk-vda,file.driver",
                 "id=virtio-disk0,drive");
    check_driver("cache='none' io='native'", "cache.direct=on,cache.no-flush=off,file.aio=native",
                 ",write-cache=on");
    check_driver("cache='writethrough'", "cache.direct=off,cache.no-flush=off", ",write-cache=off");
    check_driver("cache='directsync'", "cache.direct=on,cache.no-flush=off", ",write-cache=off");
    check_driver("cache='unsafe'", "cache.direct=off,cache.no-flush=on", ",write-cache=on");
    check_driver("cache='default'", "raw,node-name=disk-vda,file.driver", "id=virtio-disk0,drive");
    check_driver("discard='unmap' detect_zeroes='unmap'", "discard=unmap,detect-zeroes=unmap", "");
    check_driver("error_policy='enospace' rerror_policy='report'", "",
                 ",werror=enospc,rerror=report");
    check_driver("queues='4' queue_size='128' iothread='2'", "",
                 ",num-queues=4,queue-size=128,iothread=iothread2");
}

static void test_disks_with_less(void **state)
{
    g_autoptr(Launch) made = launch_of(
        "pc", "<disk device='cdrom'><target dev='hdc'/><readonly/></disk>"
              "<disk device='floppy'><target dev='fda'/></disk>"
              "<disk><target dev='vda'/></disk>"
              "<disk type='volume'><source pool='p' volume='v'/><target dev='vdb'/></disk>"
              "<disk device='lun' type='block'><source dev='/d'/><target dev='vdc'/></disk>"
              "<disk><source file='/a'/><target dev='xvda'/></disk>"
              "<disk><source file='/a'/><target dev='vde'/><shareable/><readonly/></disk>"
              "<disk><source file='/a'/><target dev='vdf'/><iotune><x/></iotune></disk>");
    static const char *const missing[] = {
        "disk vda: it names no file or block device",
        "disk vdb: its source is of type volume",
        "disk vdc: a lun is passed through on SCSI alone",
        "disk xvda: no QEMU device is known for it",
        "<iotune> of disk vdf",
    };

    assert_has(made, "ide-cd,id=ide0-1-0,bus=ide.1,unit=0");
    assert_has(made, "floppy,id=fdc0-0-0,unit=0");
    assert_lacks(made, "virtio-disk0");
    assert_lacks(made, "virtio-disk1");
    assert_has(made, "node-name=disk-vde,read-only=on,");
    assert_has(made, "id=virtio-disk4,drive=disk-vde,share-rw=on");
    assert_sentences(made->missing, missing, G_N_ELEMENTS(missing));
    check_refused("pc", "<disk><driver type='vfat'/><source file='/a'/><target dev='vda'/></disk>",
                  ENGINE_ERROR_REFUSED, "disk vda has the format vfat");
}

/* ---- networks ---- */

static void check_netdev(const char *type, const char *inside, const char *netdev)
{
    g_autofree char *nic = g_strdup_printf("<interface type='%s'><mac address='52:54:0:AB:c:1'/>"
                                           "%s<model type='virtio'/></interface>",
                                           type, inside);
    g_autoptr(Launch) made = launch_of("pc", nic);

    assert_has(made, netdev);
    assert_has(made, "-device virtio-net-pci,id=net0,netdev=hostnet0,mac=52:54:00:ab:0c:01");
}

static void test_networks(void **state)
{
    static const char *const missing[] = {
        "interface 1 (virtio): its network is of type network; it gets QEMU's user network",
        "<bandwidth> of interface 1 (virtio)",
        "<script> of interface 2 (ethernet)",
    };
    g_autoptr(Launch) made =
        launch_of("pc", "<interface type='network'><source network='default'/><target dev='vnet3'/>"
                        "<model type='virtio'/><bandwidth/><link state='down'/></interface>"
                        "<interface type='ethernet'><script path='/tmp/up'/></interface>");

    check_netdev("user", "<ip family='ipv4' address='10.1.0.0' prefix='16'/>",
                 "-netdev user,id=hostnet0,net=10.1.0.0/16");
    check_netdev("bridge", "<source bridge='br,0'/>", "-netdev bridge,id=hostnet0,br=br,,0");
    check_netdev("ethernet", "<target dev='tap7' managed='no'/>",
                 "-netdev tap,id=hostnet0,ifname=tap7,script=no,downscript=no");
    check_netdev("mcast", "<source address='230.0.0.1' port='5558'/>",
                 "-netdev socket,id=hostnet0,mcast=230.0.0.1:5558");
    check_netdev("server", "<source address='10.0.0.1' port='55'/>",
                 "-netdev socket,id=hostnet0,listen=10.0.0.1:55");
    check_netdev("client", "<source address='10.0.0.1' port='55'/>",
                 "-netdev socket,id=hostnet0,connect=10.0.0.1:55");
    check_netdev("udp", "<source address='a' port='1'><local address='b' port='2'/></source>",
                 "-netdev socket,id=hostnet0,udp=a:1,localaddr=b:2");
    assert_has(made, "-netdev user,id=hostnet0 -device virtio-net-pci,id=net0,netdev=hostnet0");
    assert_sentences(made->missing, missing, G_N_ELEMENTS(missing));
    assert_int_equal(made->down->len, 1);
    assert_string_equal(made->down->pdata[0], "net0");
}

/* ---- ports ---- */

static void check_chardev(const char *type, const char *inside, const char *chardev)
{
    g_autofree char *serial = g_strdup_printf("<serial type='%s'>%s</serial>", type, inside);
    g_autoptr(Launch) made = launch_of("pc", serial);

    assert_has(made, chardev);
    assert_has(made, "-device isa-serial,id=serial0,chardev=charserial0");
}

static void test_ports(void **state)
{
    check_chardev("pty", "<source path='/dev/pts/7'/>", "-chardev pty,id=charserial0 ");
    check_chardev("file", "<source path='/a,b' append='on'/>",
                  "-chardev file,id=charserial0,path=/a,,b,append=on");
    check_chardev("unix", "<source mode='connect' path='/s'/>",
                  "-chardev socket,id=charserial0,path=/s ");
    check_chardev("unix", "<source path='/s'/>",
                  "-chardev socket,id=charserial0,path=/s,server=on,wait=off");
    check_chardev("tcp", "<source mode='bind' host='::1' service='23'/><protocol type='telnet'/>",
                  "socket,id=charserial0,host=::1,port=23,server=on,wait=off,telnet=on");
    check_chardev("tcp", "<source host='h' service='23'/>",
                  "-chardev socket,id=charserial0,host=h,port=23 ");
    check_chardev("udp",
                  "<source mode='bind' host='a' service='1'/>"
                  "<source mode='connect' host='b' service='2'/>",
                  "udp,id=charserial0,localaddr=a,localport=1,host=b,port=2");
    check_chardev("dev", "<source path='/dev/ttyS0'/>", "serial,id=charserial0,path=/dev/ttyS0");
    check_chardev("vc", "<log file='/l' append='on'/>",
                  "-chardev vc,id=charserial0,logfile=/l,logappend=on");
    check_chardev("spicevmc", "", "-chardev null,id=charserial0 ");
    check_chardev("unix", "", "-chardev null,id=charserial0 ");
}

/* Like all places, those of ISA are passed on where they are fixed. */
static void test_isa(void **state)
{
    static const char devices[] =
        "<serial type='null'><address type='isa' iobase='2f8' irq='0x3'/></serial>"
        "<serial type='null'><address type='isa' mode='dynamic' iobase='0x3e8' irq='4'/></serial>"
        "<panic model='isa'><address type='isa' iobase='0x506'/></panic>";
    g_autoptr(Launch) made = launch_of("pc", devices);

    assert_has(made, "isa-serial,id=serial0,chardev=charserial0,iobase=0x2f8,irq=0x3");
    assert_has(made, "isa-serial,id=serial1,chardev=charserial1 ");
    assert_has(made, "pvpanic,id=panic0,ioport=0x506");
}

/* A <console> is the first <serial> once more, or stands for it. */
static void test_consoles(void **state)
{
    g_autoptr(Launch) both = launch_of("pc", "<serial type='null'/><console type='null'/>");
    g_autoptr(Launch) alone = launch_of("pc", "<console type='null'/>");

    assert_lacks(both, "charconsole");
    assert_has(alone, "-device isa-serial,id=serial0,chardev=charserial0");
    assert_int_equal(both->missing->len, 0);
}

/* ---- screens and sound ---- */

static void check_vnc(const char *graphics, const char *option)
{
    g_autoptr(Launch) made = launch_of("pc", graphics);

    assert_has(made, option);
    assert_int_equal(made->missing->len, 0);
}

static void test_graphics(void **state)
{
    g_autoptr(Launch) secret =
        launch_of("pc", "<graphics type='vnc' port='5901' passwd='x'/><graphics type='sdl'/>");

    check_vnc("<graphics type='vnc' port='-1' autoport='yes'/>", "-vnc 127.0.0.1:0,to=99");
    check_vnc("<graphics type='vnc' port='5907' autoport='no' listen='0.0.0.0'/>",
              "-vnc 0.0.0.0:7");
    check_vnc("<graphics type='vnc' port='5901'><listen type='address' address='::1'/></graphics>",
              "-vnc [::1]:1");
    check_vnc("<graphics type='vnc' keymap='de' sharePolicy='ignore' websocket='-1'>"
              "<listen type='socket' socket='/v,c'/></graphics>",
              "-k de -vnc unix:/v,,c,share=ignore,websocket=on");
    assert_lacks(secret, "-vnc");
    assert_true(is_missing(secret, "<graphics> with a password"));
    assert_true(is_missing(secret, "<graphics> of type sdl"));
}

static void test_sound(void **state)
{
    g_autoptr(Launch) made =
        launch_of("pc", "<sound model='ich6'/><sound model='ac97'><audio id='4'/></sound>"
                        "<sound model='pcspk'/><audio id='4' type='pulseaudio' serverName='x'/>");

    assert_has(made, "-audiodev none,id=audio4 ");
    assert_has(made, "intel-hda,id=sound0 -device "
                     "hda-duplex,id=sound0-codec0,bus=sound0.0,cad=0,audiodev=audio4");
    assert_has(made, "AC97,id=sound1,audiodev=audio4");
    assert_has(made, "pcspk-audiodev=audio");
    assert_true(is_missing(made, "<audio> of type pulseaudio: the guest's sound is heard nowhere"));
}

/* ---- devices of the host ---- */

static void test_host_devices(void **state)
{
    g_autoptr(Launch) made = launch_of(
        "pc",
        "<hostdev mode='subsystem' type='pci' managed='no'><driver name='vfio'/><source>"
        "<address domain='0' bus='6' slot='0x12' function='5'/></source>" STATIC(
            "0", "9") "</hostdev>"
                      "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product "
                      "id='0xbeef'/>"
                      "</source></hostdev>"
                      "<hostdev mode='subsystem' type='usb'><source><address bus='3' "
                      "device='14'/></source>"
                      "</hostdev>"
                      "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address "
                      "uuid='x'/>"
                      "</source></hostdev>"
                      "<interface type='hostdev' managed='yes'><mac "
                      "address='52:54:00:00:00:01'/><source>"
                      "<address type='pci' domain='0' bus='1' slot='2' "
                      "function='3'/></source></interface>"
                      "<hostdev mode='subsystem' type='pci'><source><address bus='7'/></source>"
                      "<address type='unassigned'/></hostdev>");

    assert_has(made, "vfio-pci,id=hostdev0,host=0000:06:12.5,bus=pci.0,addr=09");
    assert_has(made, "usb-host,id=hostdev1,vendorid=0x1234,productid=0xbeef");
    assert_has(made, "usb-host,id=hostdev2,hostbus=3,hostaddr=14");
    assert_has(made, "vfio-pci,id=net0,host=0000:01:02.3");
    assert_lacks(made, "0000:07");
    assert_true(is_missing(made, "hostdev 4 (mdev): it is not translated"));
    assert_true(is_missing(made, "managed='yes' of interface 1 (hostdev)"));
}

static void test_other_devices(void **state)
{
    g_autoptr(Launch) made = launch_of(
        "q35", "<vsock model='virtio'><cid auto='no' address='7'/></vsock>"
               "<iommu model='intel'><driver intremap='on' caching_mode='on' aw_bits='48'/></iommu>"
               "<watchdog model='itco' action='pause'/>"
               "<shmem name='x'><model type='ivshmem-doorbell'/><server path='/s'/>"
               "<msi vectors='4' ioeventfd='on'/></shmem>"
               "<shmem name='../x'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>"
               "<memory model='nvdimm'><source><path>/n</path></source>"
               "<target><size unit='MiB'>64</size></target></memory>"
               "<redirdev bus='usb' type='tcp'><source mode='connect' host='h' service='4'/>"
               "</redirdev>"
               "<device driver='a,b'/><memballoon model='none'/>");

    assert_has(made, "vhost-vsock-pci,id=vsock0,guest-cid=7");
    assert_has(made, "intel-iommu,id=iommu0,intremap=on,caching-mode=on,aw-bits=48");
    assert_has(made, "-global ICH9-LPC.noreboot=off -watchdog-action pause");
    assert_has(made, "-chardev socket,id=charshmem0,path=/s");
    assert_has(made, "ivshmem-doorbell,id=shmem0,chardev=charshmem0,vectors=4,ioeventfd=on");
    assert_has(made, "nvdimm=on");
    assert_has(made, "nvdimm,id=dimm0,memdev=memdimm0");
    assert_has(made, "usb-redir,id=redir0,chardev=charredir0");
    assert_lacks(made, "../x");
    assert_lacks(made, "balloon");
    assert_true(is_missing(made, "device 1 (a,b): no QEMU device is known for it"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disk_drivers), cmocka_unit_test(test_disks_with_less),
        cmocka_unit_test(test_networks),     cmocka_unit_test(test_ports),
        cmocka_unit_test(test_isa),          cmocka_unit_test(test_consoles),
        cmocka_unit_test(test_graphics),     cmocka_unit_test(test_sound),
        cmocka_unit_test(test_host_devices), cmocka_unit_test(test_other_devices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
