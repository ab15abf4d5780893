/* Painting the values of choosers, and the lines of the plan. */
#include "tui/attach_draw.h"

#include "tui/outline_text.h"
#include "tui/plan_lines.h"

void attach_draw_choices(const Canvas *canvas, int row, int column, int columns, GPtrArray *choices,
                         const char *value, gboolean proposed)
{
    guint chosen = 0, from;
    int width = 0, at = column;

    if (!g_ptr_array_find_with_equal_func(choices, value, g_str_equal, &chosen))
        chosen = 0;
    for (from = chosen; from > 0; from--) {
        width += text_columns(choices->pdata[from]) + 2;
        if (width + text_columns(choices->pdata[from - 1]) + 4 > columns)
            break;
    }
    for (guint i = from; i < choices->len && at < column + columns; i++) {
        gboolean is_value = g_str_equal(choices->pdata[i], value);

        at += draw_format(canvas, row, at, column + columns - at,
                          !is_value  ? ELEMENT_DIM
                          : proposed ? ELEMENT_TEXT
                                     : ELEMENT_CHOICE,
                          is_value ? "[%s]" : "%s", (const char *)choices->pdata[i]);
        at += 2;
    }
}

void attach_draw_slot(const AttachForm *form, const Canvas *canvas, int row, int column,
                      int columns, const char *value, gboolean proposed)
{
    const Bus *bus = attach_form_slot_bus(form);
    guint slot = (guint)g_ascii_strtoull(value, NULL, 16);
    g_autoptr(OutlineDomain) domain = outline_domain_new(session_match(form->session));
    g_autofree char *strip =
        bus ? outline_bus_strip(bus, domain, canvas->look->ascii) : g_strdup("");
    const char *at = strip;
    int used = 0;

    for (guint i = 0; *value && *at && i < 32; i++) {
        const char *next = g_utf8_next_char(at);
        g_autofree char *glyph = g_strndup(at, (gsize)(next - at));

        used +=
            draw_format(canvas, row, column + used, columns - used,
                        i == slot ? ELEMENT_CHOICE : ELEMENT_DIM, i == slot ? "[%s]" : "%s", glyph);
        at = next;
    }
    draw_format(canvas, row, column + used, columns - used,
                proposed ? ELEMENT_PROPOSAL : ELEMENT_TEXT, "%s%s%s%s", used ? "  " : "", value,
                bus && *value ? " on " : "", bus && *value ? bus->name : "");
}

/* Where there is no plan: what is missing, or what refuses it. */
static void add_reason(const AttachForm *form, LineList *list)
{
    gboolean input = g_error_matches(form->refusal, ENGINE_ERROR, ENGINE_ERROR_INPUT);

    if (attach_form_prompt(form)) {
        line_list_text(list, ELEMENT_TEXT, attach_form_prompt(form));
        line_list_text(list, ELEMENT_DIM,
                       "The plan appears here: every command, and what takes it back. Nothing is "
                       "sent before you attach.");
    } else if (form->refusal) {
        line_list_text(list, input ? ELEMENT_CAUTION : ELEMENT_ERROR, form->refusal->message);
    } else {
        line_list_text(list, ELEMENT_DIM, "Asking the guest what it needs to know ...");
    }
}

void attach_draw_plan(const AttachForm *form, LineList *list, gboolean json, gboolean wide,
                      gboolean planning)
{
    g_autofree char *count = form->plan ? plan_count_text(form->plan) : NULL;

    line_list_rule(list, "Plan", planning ? "reading the guest ..." : count);
    if (!form->plan) {
        add_reason(form, list);
        return;
    }
    plan_lines_steps(list, form->plan, json);
    plan_lines_way_back(list, form->plan);
    line_list_rule(list, "Checks", NULL);
    plan_lines_checks(list, form->plan, wide);
    plan_lines_file(list, form->plan, form->diff);
}
