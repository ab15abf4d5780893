/* Domains for tests, from text and from the fixtures. */
#ifndef BACKPLANE_TEST_DOMAIN_TEXT_H
#define BACKPLANE_TEST_DOMAIN_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/domain.h"

static inline Domain *domain_of_text(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    Domain *domain = domain_parse("test.xml", bytes, &error);
    if (!domain)
        fail_msg("%s\n%s", error->message, text);
    return domain;
}

/* devices: what stands in <devices>, from line 4 on. */
static inline Domain *domain_of(const char *machine, const char *devices)
{
    g_autofree char *text =
        g_strdup_printf("<domain type='kvm'>\n  <os><type machine='%s'>hvm</type></os>\n"
                        "  <devices>\n%s\n  </devices>\n</domain>\n",
                        machine, devices);
    return domain_of_text(text);
}

static inline Domain *domain_of_fixture(const char *name)
{
    g_autofree char *path = g_build_filename(SRCDIR, "tests", "fixtures", "domain", name, NULL);
    g_autoptr(GError) error = NULL;
    Domain *domain = domain_load(path, &error);
    if (!domain)
        fail_msg("%s", error->message);
    return domain;
}

static inline const DomainDevice *domain_device(const Domain *domain, guint position)
{
    assert_true(position < domain->devices->len);
    return domain->devices->pdata[position];
}

/* The device of that name (domain_device_name). */
static inline const DomainDevice *domain_named(const Domain *domain, const char *wanted)
{
    for (guint i = 0; i < domain->devices->len; i++) {
        g_autofree char *name = domain_device_name(domain->devices->pdata[i]);
        if (strcmp(name, wanted) == 0)
            return domain->devices->pdata[i];
    }
    fail_msg("there is no %s", wanted);
    return NULL;
}

#endif
