#include "base/other_names.hpp"

#include "base/fail.hpp"

namespace linden {
namespace {

constexpr OtherName boosting_fields[] = {
    {"num_boost_round", "rounds"},
    {"n_estimators", "rounds"},
    {"num_iterations", "rounds"},
    {"num_trees", "rounds"},
    {"iterations", "rounds"},
    {"max_iter", "rounds"},
    {"eta", "learning_rate"},
    {"shrinkage_rate", "learning_rate"},
    {"grow_policy", "growth"},
    {"num_leaves", "max_leaves"},
    {"max_leaf_nodes", "max_leaves"},
    {"depth", "max_depth"},
    {"max_bin", "max_bins"},
    {"border_count", "max_bins"},
    {"alpha", "l1"},
    {"reg_alpha", "l1"},
    {"lambda_l1", "l1"},
    {"lambda", "l2"},
    {"reg_lambda", "l2"},
    {"lambda_l2", "l2"},
    {"l2_leaf_reg", "l2"},
    {"l2_regularization", "l2"},
    {"gamma", "min_gain"},
    {"min_split_loss", "min_gain"},
    {"min_gain_to_split", "min_gain"},
    {"min_sum_hessian_in_leaf", "min_child_weight"},
    {"min_data_in_leaf", "min_rows_in_leaf"},
    {"min_child_samples", "min_rows_in_leaf"},
    {"min_samples_leaf", "min_rows_in_leaf"},
    {"subsample", "row_fraction"},
    {"bagging_fraction", "row_fraction"},
    {"colsample_bytree", "feature_fraction"},
    {"rsm", "feature_fraction"},
    {"max_features", "feature_fraction"},
    {"random_state", "seed"},
    {"random_seed", "seed"},
    {"monotone_constraints", "constraints.monotone"},
    {"monotonic_cst", "constraints.monotone"},
    {"objective", "loss"},
    {"loss_function", "loss"},
    {"quantile_alpha", "loss.level"},
    {"alpha", "loss.level"},
    {"quantile", "loss.level"},
    {"alpha", "loss.delta"},
    {"huber_slope", "loss.delta"},
    {"delta", "loss.delta"},
    {"focal_gamma", "loss.gamma"},
    {"fair_c", "loss.c"},
    {"expectile_alpha", "loss.level"},
    {"tweedie_variance_power", "loss.variance_power"},
    {"base_margin", "CsvOptions::offset"},
    {"init_score", "CsvOptions::offset"},
    {"baseline", "CsvOptions::offset"},
    {"nthread", "FitOptions::threads"},
    {"n_jobs", "FitOptions::threads"},
    {"num_threads", "FitOptions::threads"},
    {"thread_count", "FitOptions::threads"},
    {"eval_metric", "FitOptions::metrics"},
    {"metric", "FitOptions::metrics"},
    {"early_stopping_rounds", "EarlyStopping::patience"},
    {"early_stopping_round", "EarlyStopping::patience"},
    {"n_iter_no_change", "EarlyStopping::patience"},
    {"od_wait", "EarlyStopping::patience"},
    {"categorical_feature", "CsvOptions::categorical"},
    {"cat_features", "CsvOptions::categorical"},
    {"categorical_features", "CsvOptions::categorical"},
    {"ignore_column", "CsvOptions::drop"},
    {"ignored_features", "CsvOptions::drop"},
    {"qid", "CsvOptions::group"},
    {"group_column", "CsvOptions::group"},
    {"group_id", "CsvOptions::group"},
    {"weight_column", "CsvOptions::weight"},
    {"sample_weight", "CsvOptions::weight"},
    {"scale_pos_weight", "CsvOptions::weight"},
    {"is_unbalance", "CsvOptions::weight"},
    {"auto_class_weights", "CsvOptions::weight"},
    {"class_weights", "CsvOptions::weight"},
    {"class_weight", "CsvOptions::weight"},
};

constexpr OtherName linear_fields[] = {
    {"alpha", "l1 + l2"},
    {"alpha", "l1 / (l1 + l2)"},
    {"l1_ratio", "l1 / (l1 + l2)"},
    {"lambda", "l1 + l2"},
    {"C", "1 / (rows * l1)"},
    {"C", "1 / (rows * l2)"},
    {"fit_intercept", "intercept"},
    {"tol", "tolerance"},
    {"thresh", "tolerance"},
    {"max_iter", "max_iterations"},
    {"maxit", "max_iterations"},
    {"family", "loss"},
    {"n_jobs", "LinearOptions::threads"},
};

constexpr OtherName growths[] = {
    {"lossguide", "leaf_wise"},
    {"Lossguide", "leaf_wise"},
    {"depthwise", "level_wise"},
    {"Depthwise", "level_wise"},
};

constexpr OtherName losses[] = {
    {"reg:squarederror", "squared"},
    {"regression", "squared"},
    {"RMSE", "squared"},
    {"squared_error", "squared"},
    {"mse", "squared"},
    {"regression_l2", "squared"},
    {"gaussian", "squared"},
    {"binary:logistic", "logistic"},
    {"binary", "logistic"},
    {"Logloss", "logistic"},
    {"log_loss", "logistic"},
    {"binomial", "logistic"},
    {"multi:softprob", "softmax"},
    {"multi:softmax", "softmax"},
    {"multiclass", "softmax"},
    {"MultiClass", "softmax"},
    {"multinomial", "softmax"},
    {"count:poisson", "poisson"},
    {"reg:quantileerror", "quantile"},
    {"reg:absoluteerror", "absolute"},
    {"regression_l1", "absolute"},
    {"MAE", "absolute"},
    {"absolute_error", "absolute"},
    {"mae", "absolute"},
    {"reg:pseudohubererror", "pseudo_huber"},
    {"reg:gamma", "gamma"},
    {"reg:tweedie", "tweedie"},
    {"reg:expectileerror", "expectile"},
    {"LogCosh", "log_cosh"},
    {"reg:logistic", "cross_entropy"},
    {"xentropy", "cross_entropy"},
    {"CrossEntropy", "cross_entropy"},
};

constexpr OtherName metrics[] = {
    {"root_mean_squared_error", "rmse"},
    {"RMSE", "rmse"},
    {"l2_root", "rmse"},
    {"mse", "rmse"},
    {"l2", "rmse"},
    {"mean_squared_error", "rmse"},
    {"l1", "mae"},
    {"MAE", "mae"},
    {"mean_absolute_error", "mae"},
    {"r2_score", "r2"},
    {"R2", "r2"},
    {"binary_logloss", "logloss"},
    {"multi_logloss", "logloss"},
    {"mlogloss", "logloss"},
    {"log_loss", "logloss"},
    {"Logloss", "logloss"},
    {"MultiClass", "logloss"},
    {"binary_error", "error"},
    {"multi_error", "error"},
    {"merror", "error"},
    {"accuracy_score", "accuracy"},
    {"Accuracy", "accuracy"},
    {"roc_auc", "auc"},
    {"AUC", "auc"},
    {"poisson-nloglik", "poisson_deviance"},
    {"mean_poisson_deviance", "poisson_deviance"},
    {"gamma-deviance", "gamma_deviance"},
    {"mean_gamma_deviance", "gamma_deviance"},
    {"tweedie-nloglik@1.5", "tweedie_deviance_1.5"},
    {"tweedie", "tweedie_deviance_1.5"},
    {"Tweedie", "tweedie_deviance_1.5"},
    {"mean_tweedie_deviance", "tweedie_deviance_1.5"},
    {"quantile", "pinball_0.5"},
    {"mean_pinball_loss", "pinball_0.5"},
};

}  // namespace

std::span<const OtherName> other_boosting_fields() { return boosting_fields; }
std::span<const OtherName> other_linear_fields() { return linear_fields; }
std::span<const OtherName> other_growths() { return growths; }
std::span<const OtherName> other_losses() { return losses; }
std::span<const OtherName> other_metrics() { return metrics; }

std::string here_that_is(std::string_view name, std::span<const OtherName> names) {
  std::string text;
  for (const OtherName& other : names)
    if (other.theirs == name) text += std::string(text.empty() ? "Here that is " : " or ").append(other.ours);
  return text.empty() ? text : text + ".";
}

std::string suggestion(std::string_view name, std::span<const OtherName> names, std::span<const std::string> known) {
  const std::string here = here_that_is(name, names);
  return here.empty() ? did_you_mean(name, known) : here + " ";
}

}  // namespace linden
