/* Images MeasurementSets: chooses cell and size from the data, checks what the imager would not, and lets the plugin that is bound to
 * the task "image" do the work. */
#include "base/json.h"
#include "base/text.h"
#include "base/tool.h"
#include "image/make.h"
#include <math.h>
#include <string.h>

static cal_select_text selected;
static cal_image_wish wish = {.weighting = "briggs",
                              .robust = 0.5,
                              .gain = 0.1,
                              .mgain = 0.4,
                              .stokes = "I",
                              .datacolumn = "auto",
                              .deconvolver = "hogbom",
                              .usemask = "user",
                              .savemodel = "none",
                              .nterms = 1,
                              .intervals = 1};
static cal_words bindings;
static bool force, dry_run, no_history;

static cal_status add_binding(void *list, const char *text, cal_error *err)
{
    if (strncmp(text, "image=", 6) || !text[6])
        return cal_fail(err, CAL_USAGE, "--task wants image=PLUGIN, not \"%s\"", text);
    cal_words_add(list, text);
    return CAL_OK;
}

static const cal_option options[] = {
    CAL_HEADING("Data"),
    {"field", 'f', CAL_TEXT, "SEL", &selected.field,
     "field by id or name; needed when the set has several", 0, 0},
    {"spw", 's', CAL_TEXT, "SEL", &selected.spw, "spectral windows: 0~2,3", 0, 0},
    {"uvrange", 0, CAL_TEXT, "SEL", &selected.uvrange, "baseline length: >30m, 1~20klambda", 0, 0},
    {"datacolumn", 'd', CAL_CHOICE, "COLUMN", &wish.datacolumn,
     "column to image; auto: corrected where it exists, else data", "auto data corrected model", 0},
    {"stokes", 0, CAL_CHOICE, "S", &wish.stokes, "Stokes parameter or correlation",
     "I Q U V XX XY YX YY RR RL LR LL", 0},
    CAL_HEADING("Image"),
    {"imsize", 'n', CAL_TEXT, "N[,M]", &wish.imsize, "pixels in x and y; else the primary beam", 0,
     0},
    {"cell", 'c', CAL_TEXT, "ANGLE", &wish.cell,
     "side of a pixel, 0.5arcsec or 0.5; else a fifth of the expected beam", 0, 0},
    {"weighting", 'w', CAL_CHOICE, "KIND", &wish.weighting, "weighting of the uv plane",
     "natural uniform briggs", 0},
    {"robust", 'r', CAL_NUMBER, "R", &wish.robust, "for briggs: -2 (uniform) to 2 (natural)", 0, 0},
    {"uvtaper", 0, CAL_TEXT, "ANGLE", &wish.uvtaper, "taper for a beam of this size, 2arcsec", 0,
     0},
    CAL_HEADING("Cleaning"),
    {"niter", 'i', CAL_COUNT, "N", &wish.niter, "clean components at most; 0 makes the dirty image",
     0, 0},
    {"threshold", 't', CAL_TEXT, "FLUX", &wish.threshold,
     "stop at this peak of the residual, 0.1mJy", 0, 0},
    {"nsigma", 0, CAL_NUMBER, "X", &wish.nsigma, "stop at this many times the noise", 0, 0},
    {"gain", 0, CAL_NUMBER, "G", &wish.gain, "part of the peak that a component takes", 0, 0},
    {"mgain", 0, CAL_NUMBER, "G", &wish.mgain,
     "part of the peak that a major iteration takes; 1 is one only. Where sidelobes are low, as of "
     "many antennas or hours, 0.8 is safe and faster",
     0, 0},
    {"deconvolver", 0, CAL_CHOICE, "KIND", &wish.deconvolver, "points, or several scales",
     "hogbom multiscale", 0},
    {"scales", 0, CAL_TEXT, "LIST", &wish.scales, "for multiscale: sizes in pixels, 0,5,15", 0, 0},
    {"nterms", 0, CAL_COUNT, "N", &wish.nterms,
     "terms of the spectrum over the band; above 1 images it in parts", 0, 0},
    {"intervals", 0, CAL_COUNT, "N", &wish.intervals,
     "an image of each of N parts of the time, NAME-t0000-image.fits and so on", 0, 0},
    {"usemask", 0, CAL_CHOICE, "KIND", &wish.usemask,
     "the mask given, or what is found above 5 times the noise", "user auto", 0},
    {"mask", 'm', CAL_TEXT, "FITS|REGIONS", &wish.mask,
     "clean only where this image is 0.5 or more, or in these regions (a CRTF file or its words): "
     "circle[[04h28m42s,+18d01m42s],25arcsec]",
     0, 0},
    {"savemodel", 0, CAL_CHOICE, "WHERE", &wish.savemodel,
     "write the clean model to MODEL_DATA of the sets", "none modelcolumn", 0},
    CAL_HEADING("Running"),
    {"task", 0, CAL_EACH, "image=PLUGIN", &bindings, "which plugin makes the image", 0,
     add_binding},
    {"jobs", 'j', CAL_COUNT, "N", &wish.jobs, "threads [all cores]", 0, 0},
    {"force", 0, CAL_FLAG, NULL, &force, "replace images of this name", 0, 0},
    {"no-history", 0, CAL_FLAG, NULL, &no_history,
     "leave no line in the HISTORY of sets that get a model", 0, 0},
    {"dry-run", 0, CAL_FLAG, NULL, &dry_run, "tell the imager's command line, make nothing", 0, 0},
    CAL_OPTIONS_END,
};

static void number_text(jv object, const char *key, const char *label, const char *format,
                        cal_buf *out)
{
    cal_buf_addf(out, "  %-10s ", label);
    double value = cal_json_number_at(object, key, NAN);
    char text[40];
    snprintf(text, sizeof text, "%.5g", value);
    cal_buf_addf(out, format, text);
    cal_buf_add(out, "\n");
}

static void images_text(jv document, cal_buf *out)
{
    jv images = cal_json_at(document, "images");
    jv_array_foreach(images, i, image)
    {
        cal_buf_addf(out, "  %-10s %s\n", cal_json_text_at(image, "kind", ""),
                     cal_json_text_at(image, "path", ""));
        jv_free(image);
    }
    jv_free(images);
}

/* Of a dry run: to be copied, where the plugin tells it. */
static void command_text(jv document, cal_buf *out)
{
    jv command = cal_json_list_at(document, "command");
    if (jv_array_length(jv_copy(command)) > 0)
        cal_buf_addf(out, "  %-10s", "command");
    jv_array_foreach(command, i, word)
    {
        cal_buf_add(out, " ");
        cal_buf_add_quoted(out, jv_string_value(word));
        jv_free(word);
    }
    cal_buf_add(out, jv_array_length(command) > 0 ? "\n" : "");
}

static void text(jv document, cal_buf *out)
{
    jv beam = cal_json_at(document, "beam"), size = cal_json_at(document, "size"),
       peak = cal_json_at(document, "peak");
    jv nx = jv_array_get(jv_copy(size), 0), ny = jv_array_get(size, 1);
    jv input = cal_json_at(document, "input");
    bool size_chosen = cal_json_bool_at(document, "size_chosen", false),
         cell_chosen = cal_json_bool_at(document, "cell_chosen", false);
    cal_buf_addf(out, "%s (%s), %.0f x %.0f pixels of %.4g arcsec%s\n",
                 cal_json_text_at(document, "field_name", ""),
                 cal_json_text_at(input, "datacolumn", ""), jv_number_value(nx),
                 jv_number_value(ny), cal_json_number_at(document, "cell_arcsec", 0),
                 size_chosen && cell_chosen ? " (size and cell from the data)"
                 : size_chosen              ? " (size from the data)"
                 : cell_chosen              ? " (cell from the data)"
                                            : "");
    if (jv_get_kind(beam) == JV_KIND_OBJECT) {
        cal_buf_addf(out, "  %-10s %.4g x %.4g arcsec at %.1f deg\n", "beam",
                     cal_json_number_at(beam, "major_arcsec", 0),
                     cal_json_number_at(beam, "minor_arcsec", 0),
                     cal_json_number_at(beam, "pa_deg", 0));
        cal_buf_addf(out, "  %-10s %.5g Jy/beam at %s %s\n", "peak",
                     cal_json_number_at(peak, "value", NAN), cal_json_text_at(peak, "ra", ""),
                     cal_json_text_at(peak, "dec", ""));
        number_text(document, "rms", "rms", "%s Jy/beam", out);
        number_text(document, "snr", "S/N", "%s", out);
    }
    if (jv_get_kind(beam) != JV_KIND_OBJECT)
        command_text(document, out);
    images_text(document, out);
    jv_free(input);
    jv_free(beam);
    jv_free(peak);
}

static cal_status run(int count, char **operand, cal_error *err)
{
    jv document;
    cal_image_job job = {.ms = operand,
                         .count = count - 1,
                         .name = operand[count - 1],
                         .selected = &selected,
                         .wish = &wish,
                         .bindings = &bindings,
                         .force = force,
                         .dry_run = dry_run,
                         .history = !no_history};
    cal_status status = cal_image_make(&job, &document, err);
    cal_words_free(&bindings);
    return status ? status : cal_print(document, text, err);
}

static const cal_tool tool = {
    .name = "image-make",
    .group = CAL_GROUP_IMAGES,
    .brief = "make and clean an image of one field",
    .operands = "MS... NAME",
    .min_operands = 2,
    .max_operands = -1,
    .about = "Images one field of one or several MeasurementSets together and writes "
             "NAME-image.fits, NAME-residual.fits, "
             "NAME-model.fits, NAME-psf.fits and NAME-dirty.fits. Cell and size are taken from the "
             "data where they are not given. The "
             "work is done by the plugin for the task image, WSClean unless --task says otherwise.",
    .options = options,
    .examples =
        (const cal_example[]){
            {"The dirty image, with cell and size from the data", "image-make eb1.ms eb1"},
            {"Cleaned down to four times the noise",
             "image-make --niter 5000 --nsigma 4 --field 3C286 eb1.ms 3c286"},
            {"Two sets together, with the model saved for self-calibration",
             "image-make --niter 5000 --threshold 0.2mJy --savemodel modelcolumn eb1.ms eb2.ms "
             "both"},
            {"Cleaned in two circles, in the words of CASA's regions",
             "image-make --niter 5000 --nsigma 3 --mask "
             "'circle[[67.175deg,18.028deg],25arcsec]; circle[[67.245deg,17.984deg],25arcsec]' "
             "eb1.ms eb1"},
            {"What would be done?", "image-make --dry-run --jq .input eb1.ms eb1"},
            {NULL, NULL}},
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}
