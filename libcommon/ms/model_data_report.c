/* What setjy says about its work. */
#include "base/json.h"
#include "base/number.h"
#include "ms/block.h"
#include "ms/model_data_parts.h"
#include <math.h>

static const double arcsec = CAL_PI / 648000, degree = CAL_PI / 180;

static jv shape_json(const cal_component *component)
{
    static const char *const names[] = {"point", "disc", "gaussian"};
    jv shape = jv_object();
    cal_json_set(&shape, "kind", cal_json_text(names[component->shape]));
    if (component->shape == CAL_SHAPE_DISC)
        cal_json_set(&shape, "diameter_arcsec", cal_json_float((float)(component->major / arcsec)));
    if (component->shape == CAL_SHAPE_GAUSSIAN) {
        cal_json_set(&shape, "major_arcsec", cal_json_float((float)(component->major / arcsec)));
        cal_json_set(&shape, "minor_arcsec", cal_json_float((float)(component->minor / arcsec)));
        cal_json_set(&shape, "pa_deg", cal_json_float((float)(component->pa / degree)));
    }
    return shape;
}

static jv component_json(const cal_component *component)
{
    const double offset[] = {component->east / arcsec, component->north / arcsec};
    jv object = jv_object();
    cal_json_set(&object, "flux_jy", cal_json_doubles(component->flux, 4));
    cal_json_set(&object, "reffreq_hz", cal_json_double(component->ref_freq));
    cal_json_set(&object, "spix", cal_json_doubles(component->spix, CAL_SPIX_TERMS));
    cal_json_set(&object, "offset_arcsec", cal_json_doubles(offset, 2));
    cal_json_set(&object, "shape", shape_json(component));
    return object;
}

/* The flux of all components together in the middle of the window. */
static jv spw_json(const cal_model_data *work, int spw, int64_t rows)
{
    const cal_spw *window = &work->meta->spw[spw];
    const cal_spw_choice *choice = cal_selection_channels(work->selection, spw);
    double freq = (window->freq[0] + window->freq[window->nchan - 1]) / 2, flux[4] = {0};
    for (int i = 0; i < work->options->components; i++)
        for (int stokes = 0; stokes < 4; stokes++)
            flux[stokes] += cal_component_flux(&work->options->component[i], stokes, freq);
    jv object = jv_object();
    cal_json_set(&object, "spw", jv_number(spw));
    cal_json_set(&object, "name", cal_json_text(window->name));
    cal_json_set(&object, "rows", jv_number((double)rows));
    cal_json_set(&object, "channels", jv_number(choice->nchan));
    cal_json_set(&object, "freq_hz", cal_json_double(freq));
    cal_json_set(&object, "flux_jy", cal_json_doubles(flux, 4));
    return object;
}

static jv spws_json(const cal_model_data *work)
{
    const cal_meta *meta = work->meta;
    jv list = jv_array();
    for (int spw = 0; spw < meta->spws; spw++) {
        int64_t rows = 0;
        for (int dd = 0; dd < meta->dds; dd++)
            rows += meta->dd[dd].spw == spw ? work->rows[dd] : 0;
        if (rows)
            cal_json_push(&list, spw_json(work, spw, rows));
    }
    return list;
}

/* Of visibilities, with the zeros of a column that is made. */
static double bytes_written(const cal_model_data *work)
{
    double bytes = 0;
    for (int i = 0; i < work->meta->dds; i++) {
        const cal_data_desc *dd = &work->meta->dd[i];
        double rows = (double)(work->rows[i] + (work->column_new ? work->rows_all[i] : 0));
        bytes += rows * work->meta->spw[dd->spw].nchan * work->meta->pol[dd->pol].ncorr;
    }
    return bytes * (double)sizeof(float complex);
}

jv cal_model_data_report(const cal_model_data *work)
{
    const cal_model_data_options *options = work->options;
    jv report = jv_object(), fields = jv_array(), components = jv_array();
    int count;
    int64_t rows = 0;
    const int *field = cal_selection_fields(work->selection, &count);
    for (int i = 0; i < count; i++)
        cal_json_push(&fields, cal_json_text(work->meta->field[field[i]].name));
    for (int i = 0; i < options->components; i++)
        cal_json_push(&components, component_json(&options->component[i]));
    for (int i = 0; i < work->meta->dds; i++)
        rows += work->rows[i];
    cal_json_set(&report, "ms", cal_json_text(work->meta->path));
    cal_json_set(&report, "column", jv_string("MODEL_DATA"));
    cal_json_set(&report, "column_created", jv_bool(work->column_new));
    cal_json_set(&report, "added", jv_bool(options->add));
    cal_json_set(&report, "dry_run", jv_bool(options->dry_run));
    cal_json_set(&report, "rows", jv_number((double)rows));
    cal_json_set(&report, "bytes_written", jv_number(bytes_written(work)));
    cal_json_set(&report, "fields", fields);
    cal_json_set(&report, "components", components);
    cal_json_set(&report, "spws", spws_json(work));
    return report;
}
