/* Conditions that ask the same stand together, and share its answer. */
#include "engine/looks.h"

#include <string.h>

struct Looks {
    Monitor *monitor;
    char *purpose;
    const json_t *conditions;
    size_t next; /* the first condition not looked at */
    json_t *blocks;
    LooksFn told;
    gpointer data;
};

static void looks_ask(Looks *looks);

static const char *question_at(const Looks *looks, size_t index)
{
    const json_t *condition = json_array_get(looks->conditions, index);

    return condition ? condition_question(condition) : NULL;
}

/* All that this answers. (transfer full) NULL: they hold. */
static char *objection_of(Looks *looks, const char *question, json_t *reply)
{
    while (g_strcmp0(question_at(looks, looks->next), question) == 0) {
        char *objection =
            condition_objection(json_array_get(looks->conditions, looks->next), reply);

        if (objection)
            return objection;
        looks->next++;
    }
    return NULL;
}

static void on_answer(Monitor *monitor, json_t *result, const GError *error, gpointer data)
{
    Looks *looks = data;
    const char *question = question_at(looks, looks->next);
    g_autofree char *objection = NULL;

    if (error) {
        looks->told(monitor_error_is_connection(error) ? LOOKS_LOST : LOOKS_OBJECT, error->message,
                    looks->data);
        return;
    }
    if (strcmp(question, "query-block") == 0) {
        json_decref(looks->blocks);
        looks->blocks = json_incref(result);
    }
    objection = objection_of(looks, question, result);
    if (objection)
        looks->told(LOOKS_OBJECT, objection, looks->data);
    else if (question_at(looks, looks->next))
        looks_ask(looks);
    else
        looks->told(LOOKS_HOLD, NULL, looks->data);
}

static void looks_ask(Looks *looks)
{
    const char *question = question_at(looks, looks->next);

    if (g_str_has_prefix(question, "info "))
        monitor_send_human_for(looks->monitor, looks->purpose, question, on_answer, looks);
    else
        monitor_send_for(looks->monitor, looks->purpose, question, NULL, on_answer, looks);
}

Looks *looks_new(Monitor *monitor, const char *purpose, const json_t *conditions, LooksFn told,
                 gpointer data)
{
    Looks *looks = g_new0(Looks, 1);

    looks->monitor = monitor;
    looks->purpose = g_strdup(purpose);
    looks->conditions = conditions;
    looks->told = told;
    looks->data = data;
    looks_ask(looks);
    return looks;
}

void looks_free(Looks *looks)
{
    if (!looks)
        return;
    monitor_cancel_data(looks->monitor, looks);
    json_decref(looks->blocks);
    g_free(looks->purpose);
    g_free(looks);
}

json_t *looks_blocks(const Looks *looks)
{
    return looks->blocks;
}
