/* Texts compared with files under tests/screens/. UPDATE_GOLDEN=1 rewrites them; a missing file is
 * a failure, since a picture that nobody has looked at proves nothing. */
#ifndef BACKPLANE_TESTS_GOLDEN_H
#define BACKPLANE_TESTS_GOLDEN_H

/* Fails the running test where they differ, and shows the first line that does. */
void assert_golden(const char *name, const char *text);

#endif
