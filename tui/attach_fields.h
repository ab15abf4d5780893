/* The fields of the attach dialog as a table: which belong to a kind, what they can be set to. */
#ifndef BACKPLANE_ATTACH_FIELDS_H
#define BACKPLANE_ATTACH_FIELDS_H

#include "engine/hotplug.h"

typedef enum {
    FIELD_KIND,   /* chooser of what to attach */
    FIELD_CHOICE, /* one of several */
    FIELD_TEXT,
    FIELD_FILE,    /* text that Tab completes */
    FIELD_SLOT,    /* picked on the strip of a bus */
    FIELD_OPTIONS, /* KEY=VALUE pairs, blanks between them */
    FIELD_SAVE,    /* whether the domain file is changed along; shown where there is one */
} FieldType;

/* Value of an option as it stands: what the user said, else what the plan chose; NULL for none. */
typedef const char *(*FieldValueFn)(gconstpointer data, const char *option);

typedef struct {
    const char *label;
    const char *option; /* NULL with FIELD_KIND, FIELD_OPTIONS and FIELD_SAVE */
    guint kinds;        /* bits 1 << RequestKind */
    FieldType type;
    const char
        *only; /* "bus=scsi|usb": shown only where that option is one of these; NULL: always */
    const char *choices; /* fixed ones, '|' between them; NULL */
    void (*add_choices)(GPtrArray *choices, const Guest *guest, FieldValueFn value,
                        gconstpointer data); /* those that depend on the guest; NULL */
    const char *hint; /* what keys do or what it is, while it has the focus */
} AttachField;

const AttachField *attach_fields(gsize *count);
gboolean attach_field_shown(const AttachField *field, RequestKind kind, FieldValueFn value,
                            gconstpointer data);
/* (transfer full) (char) */
GPtrArray *attach_field_choices(const AttachField *field, const Guest *guest, FieldValueFn value,
                                gconstpointer data);

/* A bus by its name, or the first that the device of this id offers; NULL. */
const Bus *attach_find_bus(const Guest *guest, const char *name);

#endif
