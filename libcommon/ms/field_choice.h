/* Fields by intent: which fields of a MeasurementSet have the wanted intents, and how CASA's field
 * parameter says so without taking any other.
 *
 * Our rule (fields_ms 3): a field is chosen if it has rows (in the wanted windows) and an intent that
 * is wanted. It is written by its name if all fields of that name are chosen and CASA takes the name
 * for nothing but itself, else by its id. The six patterns that the tasks of the NRAO pipeline use
 * instead can be followed to the letter, flaws included: field_pattern.c.
 *
 * What is written stays typed, id or name, until the last moment: a field called 1 and field 1 never
 * become one. */
#ifndef CAL_MS_FIELD_CHOICE_H
#define CAL_MS_FIELD_CHOICE_H

#include "ms/field_facts.h"
#include "ms/intent_terms.h"

typedef enum cal_field_form { CAL_FIELD_AUTO, CAL_FIELD_NAMES, CAL_FIELD_IDS } cal_field_form;

enum { CAL_FIELD_PATTERNS = 6 };

typedef struct cal_field_request {
    cal_intent_terms terms;
    const char *spw; /* NULL: all windows */
    cal_field_form form;
    int pattern; /* 1 to 6: as the pipeline does; 0: our rule */
} cal_field_request;

/* One element of the field parameter. */
typedef struct cal_field_atom {
    int field; /* index into facts->field: the one it is for, the first of several of a name */
    bool by_name;
    char *text;         /* 3 or 3C286 or "NGC 1" with its quotes */
    const char *intent; /* the term that it is for, in pattern 6; belongs to the request */
} cal_field_atom;

typedef struct cal_field_choice {
    const cal_field_facts *facts; /* not owned */
    cal_id_list spws;             /* what the request's spw means here; for no request all */
    uint8_t *chosen;              /* per index into facts->field */
    char **why;                   /* per index: why it is written by id; NULL where it is not */
    cal_field_atom *atom;
    int atoms;
    char *casa;     /* the field parameter; NULL where nothing is chosen, and in pattern 6 */
    uint8_t *taken; /* per index: what CASA takes by it (in pattern 6, by all of them together) */
    bool readable;  /* CASA can read it, and finds something for each element */
    bool empty;     /* nothing is chosen, or there is nothing to write */
} cal_field_choice;

/* The facts must outlive the choice, as must the request. An empty choice is no error here. CAL_INPUT
 * for an unknown window; CAL_DATA where names are wanted and a name cannot do. */
cal_status cal_field_choose(const cal_field_facts *facts, const cal_field_request *request,
                            cal_field_choice **choice, cal_error *err);
void cal_field_choice_free(cal_field_choice *choice);

/* CAL_DATA for an empty choice: which intents the set has; for a term that nothing in any of the sets
 * fits, also with the word that was perhaps meant. */
cal_status cal_field_choices_check(cal_field_choice *const *choice, int count,
                                   const cal_field_request *request, cal_error *err);

/* A warning for each field that CASA takes although it was not chosen: our rule never makes one. */
void cal_field_choices_warn(cal_field_choice *const *choice, int count,
                            const cal_field_request *request);

/* The one field parameter that is right for every set, or NULL; the caller frees it. */
char *cal_field_common(cal_field_choice *const *choice, int count);

/* ---- for field_pattern.c and field_report.c ---- */

void cal_field_choice_add(cal_field_choice *choice, int field, bool by_name, char *text);
/* Marks what CASA takes by the atom; false if it cannot read it or finds nothing. */
bool cal_field_take(const cal_field_facts *facts, const cal_field_atom *atom, uint8_t *taken);
/* Does the field belong to the request, windows aside? */
bool cal_field_fits(const cal_field_fact *field, const cal_field_request *request);
/* Fields and atoms as one of the pipeline's patterns makes them. */
void cal_field_follow_pattern(cal_field_choice *choice, const cal_field_request *request);

#endif
