/* Answers of old QMPs in the form of later ones. */
#ifndef BACKPLANE_QMP_MEND_H
#define BACKPLANE_QMP_MEND_H

#include <jansson.h>

/* result: what "return" held for this command; arguments may be NULL. The same where nothing is to
 * be mended. (transfer full) */
json_t *qmp_mend(const char *command, json_t *arguments, json_t *result);

#endif
