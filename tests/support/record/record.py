#!/usr/bin/env python3
"""Records what a real guest answers into tests/fixtures/NAME.json, for the fake monitor.

Use: record.py PROGRAM [NAME...]      PROGRAM: reads the tree, its argument is the monitor's socket
                                      ("backplane tree"); NAME: of the table below, default all
QEMU and QEMU10 name the two QEMUs; a guest of which there is no QEMU is left out.

The program talks with QEMU through this script, which writes down every answer under the key that
tests/support/fake_monitor.h describes. So a fixture holds what the program asks, and nothing else;
commands that it sends only before a plan are asked afterwards. It runs twice, the first time without
REFUSED, so that a fixture also serves what it asks then.
"""
import json
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import threading
import time

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "fixtures")
PLANNING = [("query-named-block-nodes", {"flat": True}), ("x-debug-query-block-graph", None),
            ("query-chardev", None), ("qom-list", {"path": "/objects"})]
REFUSED = "hmp:info qom-tree"

DEMO = """-M pc -m 64 -name plain -device cirrus-vga,id=vga0,addr=02
 -netdev user,id=n0 -device ne2k_pci,netdev=n0,addr=03,id=net0,mac=52:54:00:c7:0e:03
 -netdev user,id=n1 -device virtio-net-pci,netdev=n1,addr=04,id=net1,mac=52:54:00:c7:0e:04
 -netdev user,id=n2 -device e1000,netdev=n2,addr=05,id=net2,mac=52:54:00:c7:0e:05
 -netdev user,id=n3 -device pcnet,netdev=n3,addr=06,id=net3,mac=52:54:00:c7:0e:06
 -netdev user,id=n4 -device rtl8139,netdev=n4,addr=07,id=net4,mac=52:54:00:c7:0e:07
 -audiodev none,id=snd -device AC97,audiodev=snd,addr=08,id=sound0
 -device ES1370,audiodev=snd,addr=09,id=sound1 -device lsi53c895a,addr=0a,id=scsi0
 -drive if=none,id=drive-sda,file=a.qcow2 -device scsi-hd,bus=scsi0.0,scsi-id=0,drive=drive-sda,id=sda
 -drive if=none,id=drive-sdd,file=d.qcow2 -device scsi-hd,bus=scsi0.0,scsi-id=3,drive=drive-sdd,id=sdd
 -drive if=none,id=drive-sdf,file=f.qcow2 -device scsi-hd,bus=scsi0.0,scsi-id=5,drive=drive-sdf,id=sdf
 -drive if=none,id=drive-vda,file=v.qcow2 -device virtio-blk-pci,addr=0b,drive=drive-vda,id=vda
 -device i6300esb,addr=0c,id=watchdog0 -device virtio-balloon-pci,addr=0d,id=balloon0
 -drive if=none,id=drive-hdc,file=cd.iso,format=raw,readonly=on
 -device ide-cd,bus=ide.1,unit=0,drive=drive-hdc,id=hdc
 -device piix3-usb-uhci,addr=01.2,id=usb -device usb-tablet,bus=usb.0,id=tablet0"""
WEB01 = """-M pc -m 128 -smp 4 -name web01
 -drive if=none,id=root,file=boot.qcow2 -device ide-hd,bus=ide.0,unit=0,drive=root,id=hd0
 -device ide-cd,bus=ide.1,unit=0,id=cd0 -device piix3-usb-uhci,id=usb,addr=01.2
 -device usb-tablet,bus=usb.0,port=1,id=tab0 -device VGA,id=vga0,addr=02
 -netdev user,id=net0-dev -device virtio-net-pci,netdev=net0-dev,id=net0,addr=03,mac=52:54:00:00:01:03
 -device virtio-scsi-pci,id=scsi0,addr=04
 -blockdev qcow2,node-name=home,file.driver=file,file.filename=home.qcow2
 -device scsi-hd,bus=scsi0.0,scsi-id=0,lun=0,drive=home,id=sd0
 -blockdev qcow2,node-name=data1,file.driver=file,file.filename=data1.qcow2
 -device virtio-blk-pci,drive=data1,id=disk1,addr=05
 -netdev user,id=net1-dev -device virtio-net-pci,netdev=net1-dev,id=net1,addr=06,mac=52:54:00:00:01:06
 -device virtio-balloon-pci,id=bal0,addr=07
 -object rng-random,filename=/dev/urandom,id=rng0-src -device virtio-rng-pci,rng=rng0-src,id=rng0,addr=08"""
Q35 = """-M q35 -m 64 -name q35 -device pcie-root-port,id=rp1,slot=1,bus=pcie.0
 -device pcie-root-port,slot=2,chassis=3,bus=pcie.0
 -device pcie-root-port,id=rp3,slot=4,chassis=4,bus=pcie.0,hotplug=off
 -device x3130-upstream,bus=rp1,id=up -device xio3130-downstream,bus=up,id=dn,chassis=9
 -netdev user,id=n0 -device e1000e,bus=dn,netdev=n0,id=net0,mac=52:54:00:00:02:01
 -device pcie-pci-bridge,id=ppb,bus=pcie.0 -device pci-bridge,bus=ppb,addr=2,chassis_nr=4,id=pb
 -netdev user,id=n1 -device rtl8139,bus=pb,addr=3,netdev=n1,id=net1,mac=52:54:00:00:02:02
 -device pxb-pcie,id=px,bus_nr=32,bus=pcie.0 -device pcie-root-port,bus=px,slot=5,chassis=7,id=pxrp"""
PRELAUNCH = """-S -M pc -m 64 -device pci-bridge,chassis_nr=1
 -netdev user,id=n0 -device e1000,bus=pci.1,addr=3,netdev=n0,mac=52:54:00:00:03:01
 -device pxb,id=px,bus_nr=9,bus=pci.0 -device virtio-balloon-pci,bus=pci.0"""
USB = """-M pc -m 64 -name usb -device qemu-xhci,id=xhci,addr=03 -device usb-hub,id=hub0,bus=xhci.0,port=1
 -drive if=none,id=stick,file=a.qcow2 -device usb-storage,id=us0,bus=xhci.0,port=2,drive=stick
 -device usb-tablet,id=tab0,bus=xhci.0,port=1.2 -device usb-kbd,bus=xhci.0,port=1.1
 -device usb-bot,id=bot0,bus=xhci.0,port=3 -device scsi-cd,bus=bot0.0,scsi-id=0,lun=0,id=scd0
 -device usb-uas,id=uas0,bus=xhci.0,port=4
 -blockdev raw,node-name=u1,file.driver=file,file.filename=d.raw
 -device scsi-hd,bus=uas0.0,scsi-id=0,lun=1,drive=u1,id=usd1"""
VIRT = """-M virt -cpu cortex-a57 -m 64 -S -name virt -netdev user,id=n0
 -device virtio-net-device,netdev=n0,id=net0,mac=52:54:00:00:04:01 -device pcie-root-port,id=rp1
 -device virtio-rng-pci,bus=rp1,id=rng0 -drive if=none,id=d0,file=d.raw,format=raw
 -device virtio-blk-device,drive=d0,id=vda"""

# name: (QEMU, seconds for the firmware to run, arguments)
GUESTS = {
    "demo": ("x86_64", 4, DEMO),
    "demo-10": ("10", 6, DEMO),
    "web01": ("x86_64", 4, WEB01),
    "q35": ("x86_64", 5, Q35),
    "q35-10": ("10", 6, Q35),
    "prelaunch": ("x86_64", 0, PRELAUNCH),
    "usb": ("x86_64", 4, USB),
    "virt": ("aarch64", 0, VIRT),
}
IMAGES = {"boot.qcow2": "20G", "home.qcow2": "80G", "data1.qcow2": "40G", "a.qcow2": "64M",
          "d.qcow2": "64M", "f.qcow2": "64M", "v.qcow2": "64M", "d.raw": "16M", "cd.iso": "1M"}


def make_images(folder):
    for name, size in IMAGES.items():
        form = "qcow2" if name.endswith("qcow2") else "raw"
        subprocess.run(["qemu-img", "create", "-q", "-f", form, name, size], cwd=folder, check=True)


def connect(path):
    for _ in range(200):
        try:
            peer = socket.socket(socket.AF_UNIX)
            peer.connect(path)
            return peer
        except OSError:
            time.sleep(0.05)
    sys.exit("QEMU does not open " + path)


def key_of(message):
    """As fake_monitor.h: the command and the values of all its string arguments."""
    command, arguments = message["execute"], message.get("arguments", {})
    if command == "human-monitor-command":
        return "hmp:" + arguments["command-line"]
    return ":".join([command] + [v for v in arguments.values() if isinstance(v, str)])


def value_of(reply):
    return reply["return"] if "return" in reply else {"$error": reply["error"]}


class Proxy:
    """Between the program and QEMU; both write one message a line."""

    def __init__(self, qemu, path, refused):
        self.qemu, self.refused, self.keys, self.replies = qemu, refused, {}, {}
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()

    def serve(self):
        program, _ = self.listener.accept()
        threading.Thread(target=self.pass_up, args=(program,), daemon=True).start()
        decoder, text = json.JSONDecoder(), ""
        while True:
            data = program.recv(65536)
            if not data:
                self.qemu.shutdown(socket.SHUT_RDWR)
                return
            text += data.decode()
            while text.strip():
                try:
                    message, end = decoder.raw_decode(text.lstrip())
                except ValueError:
                    break
                text = text.lstrip()[end:]
                if key_of(message) == self.refused:
                    message = {"execute": "refused", "id": message["id"]}
                else:
                    self.keys[json.dumps(message.get("id"))] = key_of(message)
                self.qemu.sendall(json.dumps(message).encode() + b"\n")

    def pass_up(self, program):
        for line in self.qemu.makefile("rb"):
            message = json.loads(line)
            key = self.keys.get(json.dumps(message.get("id")))
            if key and key != "qmp_capabilities" and ("return" in message or "error" in message):
                self.replies[key] = value_of(message)
            try:
                program.sendall(line)
            except OSError:
                return


def listen(folder, program, refused):
    """Runs the program; returns what it was answered."""
    path = folder + "/proxy" + ("-refusing" if refused else "")
    proxy = Proxy(connect(folder + "/program"), path, refused)
    thread = threading.Thread(target=proxy.serve)
    thread.start()
    subprocess.run(program + [path], stdout=subprocess.DEVNULL, check=True)
    thread.join()
    return proxy.replies


def ask_planning(path, replies):
    qemu = connect(path)
    stream = qemu.makefile("rb")
    stream.readline()
    for command, arguments in [("qmp_capabilities", None)] + PLANNING:
        message = {"execute": command, "id": 1}
        if arguments:
            message["arguments"] = arguments
        qemu.sendall(json.dumps(message).encode() + b"\n")
        reply = json.loads(stream.readline())
        while "id" not in reply:
            reply = json.loads(stream.readline())
        if command != "qmp_capabilities":
            replies[key_of(message)] = value_of(reply)


def write_fixture(name, replies):
    lines = ["%s: %s" % (json.dumps(key), json.dumps(replies[key], sort_keys=True,
                                                     separators=(",", ":")))
             for key in sorted(replies)]
    with open(os.path.join(FIXTURES, name + ".json"), "w") as fixture:
        fixture.write("{\n" + ",\n".join(lines) + "\n}\n")


def record(name, program):
    kind, seconds, arguments = GUESTS[name]
    qemu = {"x86_64": os.environ.get("QEMU", "qemu-system-x86_64"), "10": os.environ.get("QEMU10"),
            "aarch64": "qemu-system-aarch64"}[kind]
    if not qemu:
        return
    with tempfile.TemporaryDirectory() as folder:
        make_images(folder)
        command = [qemu, "-nodefaults", "-display", "none", "-accel", "tcg"]
        for monitor in ("program", "planning"):
            command += ["-qmp", "unix:%s,server=on,wait=off" % monitor]
        guest = subprocess.Popen(command + shlex.split(arguments), cwd=folder)
        try:
            connect(folder + "/program").close()
            time.sleep(seconds)
            replies = {}
            for refused in (REFUSED, None):
                replies.update(listen(folder, program, refused))
            ask_planning(folder + "/planning", replies)
            write_fixture(name, replies)
        finally:
            guest.kill()
            guest.wait()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for name in sys.argv[2:] or GUESTS:
        record(name, shlex.split(sys.argv[1]))


main()
