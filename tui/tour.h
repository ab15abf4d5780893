/* The guided tour of the demonstration guest: ten steps in a panel below the view, each with a
 * check that it was done. */
#ifndef BACKPLANE_TOUR_H
#define BACKPLANE_TOUR_H

#include "tui/command.h"
#include "tui/draw.h"

typedef struct Tour Tour;

/* Says a word to the guest's serial line. */
typedef void (*TourTellFn)(const char *word, gpointer data);

typedef struct {
    TourTellFn tell;
    gpointer data;
} TourGuide;

typedef struct {
    const char *title;
    const char *text;    /* what to do; "{attach}" stands for the key of that command */
    const char *before;  /* word that the guest is told when the step begins; NULL */
    const char *asked;   /* the same once the step's command was given; NULL */
    const char *command; /* that has to be given; NULL: none */
    gboolean (*done)(const Console *console); /* and this has to be so; NULL: nothing */
} TourStep;

/* tour_steps.c */
extern const TourStep tour_steps[];
extern const guint tour_step_count;

Tour *tour_new(const TourGuide *guide);
void tour_free(Tour *tour);

/* A command was given, by key or click. */
void tour_saw(Tour *tour, const char *command);
/* Goes on where the step is done; TRUE when it was. */
gboolean tour_look(Tour *tour, const Console *console);
/* Shown, or hidden where it was shown; TRUE when that changed. */
gboolean tour_show(Tour *tour, gboolean shown);
/* Goes on without what the step asks for. */
void tour_skip(Tour *tour);

/* What a click on the panel at this place of it asks for. */
typedef enum { TOUR_NOTHING, TOUR_HIDE, TOUR_SKIP } TourClick;
TourClick tour_click(const Tour *tour, const Canvas *canvas, int row, int column);

/* Lines that the panel takes of a screen of this size; 0 while it is hidden. */
int tour_lines(const Tour *tour, int rows, int columns);
void tour_draw(const Tour *tour, const Canvas *canvas);

#endif
