#include "cal/model.h"

#include "base/text.h"

cal_status cal_model_parse(const char *text, cal_model *model, cal_error *err)
{
    cal_words words = cal_words_split(text, ',');
    cal_status status = CAL_OK;
    *model = (cal_model){0};
    if (words.count < 1 || words.count > 4)
        status = cal_fail(err, CAL_USAGE, "--smodel %s: I[,Q,U,V] in Jy is wanted", text);
    for (int k = 0; k < words.count && !status; k++)
        if (cal_parse_quantity(words.item[k], "Jy", "Jy", &model->stokes[k], err))
            status = cal_prefix(err, "--smodel %s", text);
    if (!status && model->stokes[0] == 0)
        status = cal_fail(err, CAL_USAGE, "--smodel %s: I must not be 0", text);
    cal_words_free(&words);
    return status;
}

float complex cal_model_point(const cal_model *model, int corr_type)
{
    enum { RR = 5, RL, LR, LL, XX, XY, YX, YY };
    float i = (float)model->stokes[0], q = (float)model->stokes[1], u = (float)model->stokes[2],
          v = (float)model->stokes[3];
    switch (corr_type) {
    case RR:
        return i + v;
    case RL:
        return q + I * u;
    case LR:
        return q - I * u;
    case LL:
        return i - v;
    case XX:
        return i + q;
    case XY:
        return u + I * v;
    case YX:
        return u - I * v;
    case YY:
        return i - q;
    default:
        return 0;
    }
}
