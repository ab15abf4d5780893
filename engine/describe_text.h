/* XML as text, element by element, with two spaces a level: what xml_edit_insert takes. */
#ifndef BACKPLANE_DESCRIBE_TEXT_H
#define BACKPLANE_DESCRIBE_TEXT_H

#include <glib.h>

typedef struct DescribeText DescribeText;

DescribeText *describe_text_new(void);
/* Opens an element: attribute, value, ..., NULL; a pair whose value is NULL is left out. Values are
 * escaped. One that nothing is written into becomes <name/>. */
void describe_text_open(DescribeText *text, const char *name, ...) G_GNUC_NULL_TERMINATED;
void describe_text_close(DescribeText *text);
/* A whole element with character data: content NULL gives <name/>. */
void describe_text_leaf(DescribeText *text, const char *name, const char *content,
                        ...) G_GNUC_NULL_TERMINATED;
/* An element from pairs of attributes in an array that ends with NULL. */
void describe_text_pairs(DescribeText *text, const char *name, const char *const *pairs);
/* words: no "--" in them. */
void describe_text_comment(DescribeText *text, const char *words);
/* The text of all, each element on a line of its own; frees the writer. (transfer full) */
char *describe_text_end(DescribeText *text);

#endif
