/* Command lines of QEMU, and what they tell of a guest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/qemu_arguments.h"

static const char config[] = "# written by -writeconfig\n"
                             "[name]\n"
                             "  guest = \"from file\"\n"
                             "\n"
                             "[mon \"m\"]\n"
                             "  chardev = \"c\"\n"
                             "  mode = \"control\"\n"
                             "[chardev \"c\"]\n"
                             "  backend = \"socket\"\n"
                             "  path = \"/run/conf.sock\"\n"
                             "  server = \"on\"\n"
                             "[machine]\n"
                             "  type = \"q35\"\n";

static GString *read_config(const char *path, gpointer data)
{
    return g_str_equal(path, "a.cfg") ? g_string_new(config) : NULL;
}

/* words: with a bar between them. (transfer full) */
static QemuArguments *parse(const char *words)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = g_strsplit(words, "|", -1);

    g_ptr_array_add(list, g_strdup("qemu-system-x86_64"));
    for (char **part = parts; *part; part++)
        g_ptr_array_add(list, g_strdup(*part));
    return qemu_arguments_parse(list, read_config, NULL);
}

/* "qmp unix server path=/run/x; hmp stdio": every monitor. (transfer full) */
static char *describe(const QemuArguments *arguments)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < arguments->monitors->len; i++) {
        const QemuMonitor *monitor = arguments->monitors->pdata[i];

        g_string_append_printf(text, "%s%s %s", i ? "; " : "", monitor->qmp ? "qmp" : "hmp",
                               monitor->backend);
        if (monitor->server)
            g_string_append(text, " server");
        if (monitor->abstract)
            g_string_append(text, " abstract");
        if (monitor->path)
            g_string_append_printf(text, " %s", monitor->path);
        if (monitor->port)
            g_string_append_printf(text, " %s>%s", monitor->host, monitor->port);
        if (monitor->fd >= 0)
            g_string_append_printf(text, " %d", monitor->fd);
        if (monitor->kind == QEMU_MONITOR_OTHER)
            g_string_append(text, " !");
    }
    return g_string_free(text, FALSE);
}

static void test_monitors(void **state)
{
    static const struct {
        const char *words, *monitors;
    } cases[] = {
        { "", "hmp its own console !" },
        { "-nodefaults", "" },
        { "-nographic", "hmp stdio !" },
        { "-monitor|none", "" },
        { "-serial|mon:stdio", "hmp serial line !" },
        { "-serial|mon:unix:/x,server", "hmp serial line !" },
        { "-serial|null|-nodefaults", "" },
        { "-qmp|unix:/run/a.sock,server=on,wait=off", "qmp unix server /run/a.sock" },
        { "-qmp|unix:/run/a.sock,server,nowait", "qmp unix server /run/a.sock" },
        { "--qmp|unix:rel,server=yes", "qmp unix server rel" },
        { "-qmp-pretty|unix:rel,server=true", "qmp unix server rel" },
        { "-qmp|unix:path=/x,server=on", "qmp unix server /x" },
        { "-qmp|unix:/a,,b,server", "qmp unix server /a,b" },
        { "-qmp|unix:/x", "qmp unix /x" },
        { "-qmp|unix:/x,server=off", "qmp unix /x" },
        { "-qmp|unix:/x,server=on,server=off", "qmp unix /x" },
        { "-qmp|unix:/x,server,noserver", "qmp unix /x" },
        { "-qmp|unix:n,abstract=on,server=on", "qmp unix server abstract n" },
        { "-monitor|tcp:localhost:4444,server,nowait", "hmp tcp server localhost>4444" },
        { "-monitor|tcp::4444,server", "hmp tcp server >4444" },
        { "-monitor|telnet:127.0.0.1:55,server", "hmp telnet server 127.0.0.1>55" },
        { "-monitor|tcp:[::1]:5,server", "hmp tcp server [::1]>5" },
        { "-monitor|tcp:nonsense", "hmp tcp !" },
        { "-monitor|tcp:h:5,server,websocket=on", "hmp websocket !" },
        { "-monitor|tcp:h:5,server,tls-creds=t", "hmp tls !" },
        { "-monitor|stdio", "hmp stdio !" },
        { "-monitor|pty", "hmp pty !" },
        { "-monitor|vc:80Cx24C", "hmp vc !" },
        { "-monitor|/dev/ttyS0", "hmp serial !" },
        { "-monitor|pipe:/tmp/p", "hmp pipe !" },
        { "-mon|chardev=c,mode=control|-chardev|socket,id=c,path=/x,server=on",
          "qmp unix server /x" },
        { "-chardev|socket,id=c,path=/x,server=on|-mon|chardev=c,mode=control",
          "qmp unix server /x" },
        { "-chardev|socket,id=c,path=/x,server=on|-mon|c", "hmp unix server /x" },
        { "-chardev|socket,id=c,path=/x,server=on|-mon|c,mode=readline", "hmp unix server /x" },
        { "-chardev|socket,id=c,host=0.0.0.0,port=77,server=on,telnet=on|-mon|c",
          "hmp telnet server 0.0.0.0>77" },
        { "-chardev|socket,id=charmonitor,fd=26,server=on,wait=off|"
          "-mon|chardev=charmonitor,id=monitor,mode=control",
          "qmp fd server 26" },
        { "-chardev|stdio,id=c|-mon|c", "hmp stdio !" },
        { "-mon|chardev=nobody", "hmp unknown !" },
        { "-chardev|pty,id=p|-monitor|chardev:p|-qmp|unix:/q,server",
          "hmp pty !; qmp unix server /q" },
        { "-chardev|{\"id\":\"c\",\"backend\":{\"type\":\"socket\",\"data\":{\"addr\":{\"type\":"
          "\"unix\",\"data\":{\"path\":\"/j\"}},\"server\":true}}}|-mon|c",
          "hmp unix server /j" },
        { "-chardev|{\"id\":\"c\",\"backend\":{\"type\":\"socket\",\"data\":{\"addr\":{\"type\":"
          "\"fd\",\"data\":{\"str\":\"9\"}},\"server\":false}}}|-mon|c",
          "hmp fd 9" },
        { "-chardev|{\"id\":|-mon|c", "hmp unknown !" },
        { "-readconfig|a.cfg", "qmp unix server /run/conf.sock" },
        { "-readconfig|missing.cfg|-monitor|pty", "hmp pty !" },
        /* values that look like options */
        { "-append|-qmp|-monitor|pty", "hmp pty !" },
        { "-S|-append|-monitor unix:/x,server|-nodefaults", "" },
        { "-name|-nodefaults", "hmp its own console !" },
        { "-qmp", "hmp its own console !" }, /* it would not start */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(QemuArguments) arguments = parse(cases[i].words);
        g_autofree char *monitors = describe(arguments);

        if (!g_str_equal(monitors, cases[i].monitors))
            fail_msg("%s: %s", cases[i].words, monitors);
    }
}

static void test_facts(void **state)
{
    static const struct {
        const char *words, *name, *machine, *accelerator, *image;
    } cases[] = {
        { "", NULL, NULL, NULL, NULL },
        { "-name|web01", "web01", NULL, NULL, NULL },
        { "-name|guest=web01,debug-threads=on", "web01", NULL, NULL, NULL },
        { "-name|a,,b,process=c", "a,b", NULL, NULL, NULL },
        { "-name|process=only", "only", NULL, NULL, NULL },
        { "-name|", NULL, NULL, NULL, NULL },
        { "-machine|pc,accel=kvm", NULL, "pc", "kvm", NULL },
        { "-M|q35", NULL, "q35", NULL, NULL },
        { "-machine|accel=tcg,type=q35|-M|microvm", NULL, "microvm", "tcg", NULL },
        { "-enable-kvm", NULL, NULL, "kvm", NULL },
        { "-accel|kvm|-accel|tcg,thread=multi", NULL, NULL, "kvm:tcg", NULL },
        { "-readconfig|a.cfg", "from file", "q35", NULL, NULL },
        { "/srv/disk.qcow2|-kernel|/boot/k", NULL, NULL, NULL, "/srv/disk.qcow2" },
        { "-kernel|/boot/k|-hda|x.img", NULL, NULL, NULL, "x.img" },
        { "-kernel|/boot/k", NULL, NULL, NULL, "/boot/k" },
        { "-drive|if=none,file=a,,b.img,id=x|-drive|file=c", NULL, NULL, NULL, "a,b.img" },
        { "-blockdev|{\"driver\":\"file\",\"filename\":\"/v.raw\",\"node-name\":\"n\"}", NULL, NULL,
          NULL, "/v.raw" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(QemuArguments) arguments = parse(cases[i].words);

        if (g_strcmp0(arguments->name, cases[i].name) != 0 ||
            g_strcmp0(arguments->machine, cases[i].machine) != 0 ||
            g_strcmp0(arguments->accelerator, cases[i].accelerator) != 0 ||
            g_strcmp0(arguments->image, cases[i].image) != 0)
            fail_msg("%s: %s %s %s %s", cases[i].words, arguments->name, arguments->machine,
                     arguments->accelerator, arguments->image);
    }
}

/* A command line may be long and may be hostile. */
static void test_many(void **state)
{
    g_autoptr(GString) words = g_string_new("-nodefaults");
    g_autoptr(QemuArguments) arguments = NULL;

    for (int i = 0; i < 10000; i++)
        g_string_append(words, "|-qmp|unix:/x,server");
    arguments = parse(words->str);
    assert_in_range(arguments->monitors->len, 1, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_monitors),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
