/* Views of MeasurementSets: what an imager that can be told only ids, the same for all sets, needs where ids differ between the sets; and
 * where it would write the model, which WSClean 3.1 can only if all windows of a set have as many channels as the first one. */
#ifndef CAL_IMAGE_VIEWS_H
#define CAL_IMAGE_VIEWS_H

#include "image/plan.h"

/* The selected rows of every set, those whose windows have the same number of channels together, as tables in `folder` that refer to the sets
 * (cal_table_view). Baselines outside the uvrange are in, since the model is for them too. */
cal_status cal_image_views(char *const *path, const cal_select_text *text,
                           const cal_image_plan *plan, const char *folder, cal_words *views,
                           cal_error *err);

#endif
