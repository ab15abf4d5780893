/* Makes the images of a domain file, and starts it. */
#include "tests/support/real_domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "engine/launch.h"
#include "tests/support/temp.h"

#define IMAGE_BYTES 1474560 /* a floppy's, the smallest that every drive takes */

Domain *real_domain_load(const char *path)
{
    g_autoptr(GError) error = NULL;
    Domain *domain = domain_load(path, &error);

    if (!domain)
        fail_msg("%s", error->message);
    return domain;
}

void real_domain_make_image(const char *path, guint64 bytes)
{
    g_autoptr(GError) error = NULL;

    if (!g_file_set_contents(path, "", 0, &error))
        fail_msg("%s", error->message);
    assert_int_equal(truncate(path, (off_t)bytes), 0);
}

void real_domain_make_images(const Domain *domain, const char *folder)
{
    for (guint i = 0; i < domain->devices->len; i++) {
        const DomainDevice *disk = domain->devices->pdata[i];
        g_autofree char *path = disk->source ? g_build_filename(folder, disk->source, NULL) : NULL;

        if (!path)
            continue;
        g_unlink(path);
        if (g_strcmp0(disk->format, "qcow2") == 0)
            g_free(temp_image(folder, disk->source, "qcow2", IMAGE_BYTES));
        else
            real_domain_make_image(path, IMAGE_BYTES);
    }
}

RealQemu *real_domain_start(const Domain *domain, RealQemuFlags flags)
{
    const LaunchOptions options = { 0 };
    g_autoptr(GError) error = NULL;
    g_autoptr(Launch) launch = launch_plan(domain, &options, &error);

    if (!launch)
        fail_msg("%s", error->message);
    return real_qemu_start(domain->machine, flags, (const char *const *)launch->arguments->pdata);
}
