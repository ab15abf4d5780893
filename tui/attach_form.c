/* The attach form: fields -> request -> plan. */
#include "tui/attach_form.h"

#include <string.h>

#include "engine/allocate.h"
#include "tui/attach_prefill.h"
#include "tui/plan_lines.h"

/* The choice of FIELD_SAVE that is not the default. */
#define NOW_ONLY "now only"

/* --- values ---------------------------------------------------------------------------------- */

static guint field_of_option(const AttachForm *form, const char *option)
{
    gsize count;
    const AttachField *fields = attach_fields(&count);

    for (guint i = 0; i < count; i++)
        if ((fields[i].kinds & (1u << form->kind)) && g_strcmp0(fields[i].option, option) == 0)
            return i;
    return G_MAXUINT;
}

const char *attach_form_value(const AttachForm *form, const char *option)
{
    guint field = field_of_option(form, option);

    if (field != G_MAXUINT && form->edits[field].text->len)
        return form->edits[field].text->str;
    return form->chosen ? g_hash_table_lookup(form->chosen, option) : NULL;
}

void attach_form_state(AttachForm *form, RequestKind kind, const char *option, const char *value)
{
    RequestKind before = form->kind;
    guint field;

    form->kind = kind;
    field = field_of_option(form, option);
    form->kind = before;
    if (field != G_MAXUINT && value)
        line_edit_set(&form->edits[field], value);
}

static const char *value_fn(gconstpointer data, const char *option)
{
    return attach_form_value(data, option);
}

const char *attach_form_field_value(const AttachForm *form, guint field, gboolean *proposed)
{
    gsize count;
    const AttachField *row = &attach_fields(&count)[field];
    const char *chosen;

    *proposed = FALSE;
    if (row->type == FIELD_KIND)
        return request_kind_name(form->kind);
    if (form->edits[field].text->len)
        return form->edits[field].text->str;
    *proposed = TRUE;
    chosen = form->chosen && row->option ? g_hash_table_lookup(form->chosen, row->option) : NULL;
    return chosen ? chosen : "";
}

GPtrArray *attach_form_choices(const AttachForm *form, guint field)
{
    gsize count;
    const AttachField *row = &attach_fields(&count)[field];
    GPtrArray *choices =
        attach_field_choices(row, session_guest_planned(form->session), value_fn, form);
    gboolean proposed;
    const char *value = attach_form_field_value(form, field, &proposed);

    if (*value && !g_ptr_array_find_with_equal_func(choices, value, g_str_equal, NULL))
        g_ptr_array_insert(choices, 0, g_strdup(value));
    return choices;
}

/* A device that the file has already needs no change of it. */
static gboolean can_carry(const AttachForm *form)
{
    return session_domain(form->session) != NULL && !form->configured;
}

gboolean attach_form_carries(const AttachForm *form)
{
    gsize count;
    const AttachField *fields = attach_fields(&count);

    for (gsize i = 0; i < count; i++)
        if (fields[i].type == FIELD_SAVE)
            return can_carry(form) && !form->edits[i].text->len;
    return FALSE;
}

static void find_shown(AttachForm *form)
{
    gsize count;
    const AttachField *fields = attach_fields(&count);

    g_array_set_size(form->shown, 0);
    for (guint i = 0; i < count; i++)
        if (attach_field_shown(&fields[i], form->kind, value_fn, form) &&
            (fields[i].type != FIELD_SAVE || can_carry(form)))
            g_array_append_val(form->shown, i);
}

/* --- request and plan ------------------------------------------------------------------------ */

static void add_words(GPtrArray *words, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, " ", -1);

    for (char **part = parts; *part; part++)
        if (**part)
            g_ptr_array_add(words, g_strdup(*part));
}

/* more: another word; NULL. */
static Request *make_request(const AttachForm *form, const char *more, GError **error)
{
    gsize count;
    const AttachField *fields = attach_fields(&count);
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < form->shown->len; i++) {
        guint field = g_array_index(form->shown, guint, i);
        const char *text = form->edits[field].text->str;

        if (fields[field].type == FIELD_OPTIONS)
            add_words(words, text);
        else if (fields[field].option && *text)
            g_ptr_array_add(words, g_strdup_printf("%s=%s", fields[field].option, text));
    }
    if (more)
        g_ptr_array_add(words, g_strdup(more));
    g_ptr_array_add(words, NULL);
    return request_parse(request_kind_name(form->kind), (const char *const *)words->pdata, error);
}

Request *attach_form_request(const AttachForm *form, GError **error)
{
    return make_request(form, NULL, error);
}

const char *attach_form_prompt(const AttachForm *form)
{
    static const struct {
        RequestKind kind;
        const char *option, *prompt;
    } needed[] = {
        { REQUEST_DISK, "file", "Give the image to attach: type its path, Tab completes it." },
        { REQUEST_DEVICE, "driver", "Give a driver of QEMU, such as virtio-rng-pci." },
    };

    if (form->plan || !g_error_matches(form->refusal, ENGINE_ERROR, ENGINE_ERROR_INPUT))
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
        guint field = field_of_option(form, needed[i].option);

        if (form->kind == needed[i].kind && !form->edits[field].text->len)
            return needed[i].prompt;
    }
    return NULL;
}

static char *image_note(const Image *image)
{
    g_autofree char *size = size_to_text(image->size);
    g_autofree char *used = size_to_text(image->used);
    g_autofree char *sizes = g_strdup_printf("%s%s%s%s", *size ? size : "", *size ? " virtual" : "",
                                             *used ? ", " : "", *used ? used : "");

    return g_strdup_printf("%s, %s%s%s%s", image->format, sizes, *used ? " on disk" : "",
                           image->backing ? ", backed by " : "",
                           image->backing ? image->backing : "");
}

static void plan_with_facts(AttachForm *form, const Request *request)
{
    HotplugFacts facts = session_facts(form->session, request, form->changed, form->data);

    if (facts.image)
        form->note = image_note(facts.image);
    if (facts.guest)
        form->plan = hotplug_plan_attach(&facts, request, &form->refusal);
}

static void take_chosen(AttachForm *form, GHashTable *chosen)
{
    g_clear_pointer(&form->chosen, g_hash_table_unref);
    form->chosen = g_hash_table_ref(chosen);
    find_shown(form);
}

/* Bus, place and id do not hang on the image: they are proposed before it is known. */
static void propose_for_any_image(AttachForm *form)
{
    static const Image any = { .path = (char *)"image",
                               .real = (char *)"image",
                               .format = (char *)"raw",
                               .size = -1,
                               .used = -1,
                               .writable = TRUE };
    HotplugFacts facts = { .guest = session_guest_planned(form->session), .image = &any };
    g_autoptr(Request) request = make_request(form, "file=image", NULL);
    Plan *plan = request && facts.guest ? hotplug_plan_attach(&facts, request, NULL) : NULL;

    if (!plan)
        return;
    g_hash_table_remove(plan->chosen, "file");
    take_chosen(form, plan->chosen);
    plan_free(plan);
}

/* What was chosen stays in sight when the file cannot be changed along. */
static void carry(AttachForm *form)
{
    if (!attach_form_carries(form))
        return;
    if (session_domain_carry(form->session, form->plan, &form->refusal))
        form->diff = plan_file_diff(form->plan);
    else
        g_clear_pointer(&form->plan, plan_free);
}

void attach_form_plan(AttachForm *form)
{
    g_autoptr(Request) request = NULL;

    /* Which fields are shown may hang on what the plan chose, so they are found with the one
     * before. */
    find_shown(form);
    g_clear_error(&form->refusal);
    g_clear_pointer(&form->note, g_free);
    request = attach_form_request(form, &form->refusal);
    g_clear_pointer(&form->plan, plan_free);
    g_clear_pointer(&form->diff, g_ptr_array_unref);
    if (request)
        plan_with_facts(form, request);
    if (form->plan) {
        take_chosen(form, form->plan->chosen);
        carry(form);
    } else if (form->kind == REQUEST_DISK && attach_form_prompt(form)) {
        propose_for_any_image(form);
    }
}

/* --- choosing -------------------------------------------------------------------------------- */

const Bus *attach_form_slot_bus(const AttachForm *form)
{
    const Guest *guest = session_guest_planned(form->session);
    const PlanSubject *subject =
        form->plan && form->plan->subjects->len ? form->plan->subjects->pdata[0] : NULL;
    gboolean drive = form->kind == REQUEST_DISK || form->kind == REQUEST_CDROM;
    const Bus *bus;

    if (subject)
        return attach_find_bus(guest, subject->bus);
    bus = attach_find_bus(guest, attach_form_value(form, drive ? "controller" : "bus"));
    return bus ? bus : attach_find_bus(guest, "pci.0");
}

static GPtrArray *slots(const AttachForm *form)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    const Bus *bus = attach_form_slot_bus(form);
    g_autoptr(GArray) vacant = bus ? allocate_vacant(bus) : NULL;

    for (guint i = 0; vacant && i < vacant->len; i++)
        g_ptr_array_add(texts, address_to_short_text(&g_array_index(vacant, Address, i)));
    return texts;
}

static guint position(GPtrArray *choices, const char *value)
{
    guint index;

    if (g_ptr_array_find_with_equal_func(choices, value, g_str_equal, &index))
        return index;
    return G_MAXUINT;
}

static void set_kind(AttachForm *form, const char *name)
{
    for (int kind = 0; kind < REQUEST_KINDS; kind++)
        if (g_str_equal(request_kind_name((RequestKind)kind), name))
            form->kind = (RequestKind)kind;
    g_clear_pointer(&form->chosen, g_hash_table_unref); /* that was for another kind */
    form->configured = FALSE;
}

static void choose(AttachForm *form, guint field, const char *value)
{
    gsize count;

    if (attach_fields(&count)[field].type == FIELD_KIND)
        set_kind(form, value);
    else
        line_edit_set(&form->edits[field], value);
    attach_form_plan(form);
}

static GPtrArray *save_choices(void)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(texts, g_strdup("")); /* the default */
    g_ptr_array_add(texts, g_strdup(NOW_ONLY));
    return texts;
}

static GPtrArray *choices_of(const AttachForm *form, guint field)
{
    gsize count;

    switch (attach_fields(&count)[field].type) {
    case FIELD_SLOT:
        return slots(form);
    case FIELD_SAVE:
        return save_choices();
    default:
        return attach_form_choices(form, field);
    }
}

void attach_form_step(AttachForm *form, guint field, int direction)
{
    g_autoptr(GPtrArray) choices = choices_of(form, field);
    gboolean proposed;
    guint at = position(choices, attach_form_field_value(form, field, &proposed));

    if (choices->len == 0)
        return;
    if (at == G_MAXUINT)
        at = direction > 0 ? 0 : choices->len - 1;
    else
        at = (at + choices->len + (guint)direction) % choices->len;
    choose(form, field, choices->pdata[at]);
}

void attach_form_jump(AttachForm *form, guint field, gunichar c)
{
    g_autoptr(GPtrArray) choices = choices_of(form, field);
    gboolean proposed;
    guint at = position(choices, attach_form_field_value(form, field, &proposed));

    for (guint i = 1; i <= choices->len; i++) {
        const char *candidate = choices->pdata[(at == G_MAXUINT ? i - 1 : at + i) % choices->len];

        if (g_utf8_get_char(candidate) == c) {
            g_autofree char *value = g_strdup(candidate);

            choose(form, field, value);
            return;
        }
    }
}

/* --- made and freed -------------------------------------------------------------------------- */

void attach_form_init(AttachForm *form, Session *session, const OutlineRow *row)
{
    gsize count;

    attach_fields(&count);
    form->session = session;
    form->kind = row && row->device && row->device->nic ? REQUEST_NIC : REQUEST_DISK;
    form->edits = g_new0(LineEdit, count);
    form->shown = g_array_new(FALSE, FALSE, sizeof(guint));
    for (gsize i = 0; i < count; i++)
        line_edit_init(&form->edits[i]);
    if (row)
        attach_prefill(form, row);
}

void attach_form_clear(AttachForm *form)
{
    gsize count;

    attach_fields(&count);
    for (gsize i = 0; i < count; i++)
        line_edit_clear(&form->edits[i]);
    g_free(form->edits);
    g_array_unref(form->shown);
    g_clear_pointer(&form->plan, plan_free);
    g_clear_pointer(&form->chosen, g_hash_table_unref);
    g_clear_error(&form->refusal);
    g_clear_pointer(&form->diff, g_ptr_array_unref);
    g_free(form->note);
}
