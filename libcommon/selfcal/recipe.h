/* Recipes: what differs between ways of self-calibration, as JSON files.
 *
 *     {"schema": "calutils/selfcal-recipe/1", "name": "hif_selfcal", "about": "...", "mode": "pipeline",
 *      "settings": {"minsnr_to_proceed": 3.0}}
 */
#ifndef CAL_SELFCAL_RECIPE_H
#define CAL_SELFCAL_RECIPE_H

#include "selfcal/settings.h"

typedef struct cal_recipe {
    char *name, *about, *path;
    char *mode; /* loop, pipeline or vlass: what selfcal-step does */
} cal_recipe;

/* A path, or the name of an installed recipe; its settings go over those that are there. CAL_INPUT for a missing file (with the
 * recipes that there are), CAL_USAGE for a wrong one. The caller frees the recipe. */
cal_status cal_recipe_read(const char *which, cal_recipe *recipe, cal_selfcal_settings *settings,
                           cal_error *err);
void cal_recipe_free(cal_recipe *recipe);

#endif
