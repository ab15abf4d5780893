/* The domain file of a watched guest: what it configures, how that matches the guest, and changes
 * to it that are not saved yet. Part of the session's face. */
#ifndef BACKPLANE_SESSION_DOMAIN_H
#define BACKPLANE_SESSION_DOMAIN_H

#include "engine/match.h"
#include "engine/session.h"

/* Reads the file and matches from now on, also after every change of the guest or of the domain;
 * listeners hear SESSION_TREE_CHANGED. A file that was open before is given up, with the changes to
 * it. Errors: as domain_load and domain_is_valid. */
gboolean session_domain_open(Session *session, const char *path, GError **error);
/* All three NULL when there is none; the match also before the first tree. (transfer none, the
 * domain and the match valid until the next SESSION_TREE_CHANGED has been told) */
const char *session_domain_path(const Session *session);
const Domain *session_domain(const Session *session);
const Match *session_match(const Session *session);

/* What a user may call a device of a guest that this session read: as guest_find, else as the
 * domain file calls it ("sdf"). Errors: theirs; ENGINE_ERROR_REFUSED where the file's device is
 * absent, or not certain. (transfer none) */
Device *session_find(const Session *session, const Guest *guest, const char *name, GError **error);

/* Changes in memory; each can be taken back with session_domain_revert until it is saved. devices:
 * (DomainDevice), NULL for all. left as in match_fill. Errors: theirs; ENGINE_ERROR_REFUSED: no
 * domain, no tree yet, a plan that changes the file runs. */
gboolean session_domain_fill(Session *session, const GPtrArray *devices, GPtrArray *left,
                             GError **error);
gboolean session_domain_pin(Session *session, const GPtrArray *devices, GError **error);
/* Reads the file again and drops the changes in memory. Errors, which leave all as it is: as
 * session_domain_open. */
gboolean session_domain_revert(Session *session, GError **error);
gboolean session_domain_is_changed(const Session *session);
/* As line_diff: the file as it was read against what would be saved. (transfer full) */
GPtrArray *session_domain_diff(const Session *session);
/* Errors: those of file_change, also when somebody else changed the file since it was read. */
gboolean session_domain_save(Session *session, gboolean backup, GError **error);

/* Makes a plan carry its change into the file as well: a step that writes the new version beside
 * the file before anything else, and one at the end that puts it in place; where either side fails
 * neither is kept. A plan that changes nothing in the file, or carries its change already, stays as
 * it is. When the plan is done the domain is read again. Errors: ENGINE_ERROR_REFUSED: no domain,
 * unsaved changes in memory, no words for the device, not certain which element it is, a domain
 * that would not be valid. */
gboolean session_domain_carry(Session *session, Plan *plan, GError **error);

#endif
