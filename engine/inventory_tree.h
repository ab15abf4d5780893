/* The records of `info qtree` as devices and buses, and what makes a readable tree of them. Private
 * to inventory. */
#ifndef BACKPLANE_INVENTORY_TREE_H
#define BACKPLANE_INVENTORY_TREE_H

#include "engine/guest.h"
#include "engine/qtree.h"

/* Every record, in order of creation; nothing is folded, no path is known. The PCI bus number is
 * what the record says, 0 where the firmware has not numbered. (transfer full) */
Bus *inventory_tree_new(const QtreeBus *record);

/* "SCSI controller", "Class 0780" -> the class; 0 where the words are not known. */
guint16 inventory_class_code(const char *words);

/* Once drives, NICs and bus numbers are in: folds inner devices into the ones a person means, sorts
 * by address, numbers the controllers, and decides kinds. */
void inventory_tree_arrange(Guest *guest);
/* The same, and states. All paths are known. */
void inventory_tree_finish(Guest *guest);

#endif
