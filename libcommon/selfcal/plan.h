/* The plan of a self-calibration, as the JSON that selfcal-plan prints: what it is made of, what it says on a terminal, and what is
 * wrong with one that was edited. It is the first state that selfcal-step reads. */
#ifndef CAL_SELFCAL_PLAN_H
#define CAL_SELFCAL_PLAN_H

#include "base/buf.h"
#include "selfcal/contdat.h"
#include "selfcal/recipe.h"
#include "selfcal/target.h"

/* A number for all targets, or for some by name: "50" or "HD163296=39,faint=21". */
typedef struct cal_per_target {
    cal_words name; /* empty: for all */
    double *value;
} cal_per_target;

typedef struct cal_plan_request {
    cal_selfcal_settings settings;
    const cal_recipe *recipe;
    const cal_contdat *continuum; /* NULL: none */
    cal_target_wish wish;
    cal_per_target snr, flux, noise; /* of the first image; Jy; Jy/beam */
    double cell;                     /* rad, 0: from the data */
    int imsize[2];                   /* 0: from the data */
    int nterms;                      /* 0: by bandwidth and S/N */
    const char *refant;              /* NULL: chosen */
    const char *folder;              /* of the working copies */
} cal_plan_request;

/* `unit` for cal_parse_quantity(), and each number has one; NULL: plain numbers. CAL_USAGE with the option's name. */
cal_status cal_per_target_parse(const char *text, const char *option, const char *unit,
                                cal_per_target *values, cal_error *err);
double cal_per_target_at(const cal_per_target *values, const char *target); /* NaN: not given */
void cal_per_target_free(cal_per_target *values);

/* Bad input is an error; everything else that deserves a word is in the plan's notes. */
cal_status cal_selfcal_plan(const cal_dataset *set, int sets, const cal_plan_request *request,
                            jv *plan, cal_error *err);

void cal_plan_text(jv plan, cal_buf *out);

#endif
