/* A domain file as libvirt takes it. */
#include "engine/domain_edit.h"

Domain *domain_to_libvirt(const Domain *domain, GPtrArray *left, GError **error)
{
    g_autoptr(DomainEdit) edit = domain_edit_new(domain);
    return domain_edit_apply(edit, error);
}
