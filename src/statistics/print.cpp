// FitStatistics as text: the table of R's summary, and a JSON object.
#include <algorithm>
#include <cmath>
#include <linden/statistics.hpp>
#include <ostream>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "json/writer.hpp"

namespace linden {
namespace {

constexpr const char* no_number = "NA";

std::string number(double value, const char* format = "{:.5g}") {
  return std::isnan(value) ? no_number : fmt::format(fmt::runtime(format), value);
}

std::string p_text(double p) {
  if (std::isnan(p)) return no_number;
  if (p < 2.2e-16) return "<2e-16";
  return p < 1e-4 ? fmt::format("{:.2e}", p) : fmt::format("{:.5f}", p);
}

const char* stars(double p) {
  if (std::isnan(p)) return "";
  return p < 0.001 ? "***" : p < 0.01 ? "**" : p < 0.05 ? "*" : p < 0.1 ? "." : "";
}

std::string coefficient_lines(const FitStatistics& fit) {
  const bool is_t = std::isfinite(fit.degrees_of_freedom);
  std::size_t width = 11;
  for (const Coefficient& c : fit.coefficients) width = std::max(width, c.name.size());
  std::string text, output;
  const auto head = [&](const std::string& of) {
    text += fmt::format("\n{}\n{:<{}} {:>12} {:>12} {:>9} {:>9}\n", of, "", width, "Estimate", "Std. Error",
                        is_t ? "t value" : "z value", is_t ? "Pr(>|t|)" : "Pr(>|z|)");
  };
  for (std::size_t i = 0; i < fit.coefficients.size(); ++i) {
    const Coefficient& c = fit.coefficients[i];
    if (i == 0 || c.output != output)
      head(c.output.empty() ? "Coefficients:" : fmt::format("Coefficients of {}:", c.output));
    output = c.output;
    std::string line =
        fmt::format("{:<{}} {:>12} {:>12} {:>9} {:>9} {}", c.name, width, number(c.estimate), number(c.standard_error),
                    number(c.statistic, "{:.3f}"), p_text(c.p_value), stars(c.p_value));
    while (line.back() == ' ') line.pop_back();
    text += line + '\n';
  }
  return text + "---\nSignif. codes:  0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1\n";
}

std::string fit_lines(const FitStatistics& fit) {
  const bool is_squared = fit.is_normal;
  std::string text;
  if (fit.covariance_kind != Covariance::classical)
    text += fmt::format("\nStandard errors: {}\n", name_of(fit.covariance_kind));
  if (std::isnan(fit.deviance))
    return text + fmt::format("\n{} rows, {} degrees of freedom\n", number(fit.rows, "{:.12g}"),
                              number(fit.residual_df, "{:.12g}"));
  if (is_squared) {
    text += fmt::format("\nResidual standard error: {} on {} degrees of freedom\n",
                        number(std::sqrt(fit.dispersion), "{:.4g}"), number(fit.residual_df, "{:.12g}"));
    text += fmt::format("Multiple R-squared:  {},\tAdjusted R-squared:  {}\n", number(fit.deviance_explained, "{:.4g}"),
                        number(fit.adjusted_r2, "{:.4g}"));
    if (!std::isnan(fit.model_statistic))
      text += fmt::format("F-statistic: {} on {} and {} DF,  p-value: {}\n", number(fit.model_statistic, "{:.4g}"),
                          number(fit.null_df - fit.residual_df, "{:.12g}"), number(fit.residual_df, "{:.12g}"),
                          fit.model_p_value < 2.2e-16 ? "< 2.2e-16" : number(fit.model_p_value, "{:.4g}"));
  } else {
    text += fmt::format("\n(Dispersion parameter for {} taken to be {})\n", fit.loss, number(fit.dispersion, "{:.7g}"));
    text += fmt::format("\n    Null deviance: {}  on {}  degrees of freedom\n", number(fit.null_deviance),
                        number(fit.null_df, "{:.12g}"));
    text += fmt::format("Residual deviance: {}  on {}  degrees of freedom\n", number(fit.deviance),
                        number(fit.residual_df, "{:.12g}"));
  }
  text += fmt::format("AIC: {},  BIC: {},  log-likelihood: {}\n", number(fit.aic), number(fit.bic),
                      number(fit.log_likelihood, "{:.6g}"));
  return text;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const FitStatistics& fit) try {
  std::string text = fmt::format("linear model: loss {}, link {}{}\n", fit.loss, fit.link,
                                 fit.label.empty() ? "" : ", label " + fit.label);
  const auto& q = fit.residual_quartiles;
  if (!std::isnan(q[0])) {
    text += fmt::format("\n{}:\n", fit.is_normal ? "Residuals" : "Deviance residuals");
    for (const char* name : {"Min", "1Q", "Median", "3Q", "Max"}) text += fmt::format("{:>11}", name);
    text += '\n';
    for (const double value : q) text += fmt::format("{:>11}", number(value, "{:.4g}"));
    text += '\n';
  }
  text += coefficient_lines(fit);
  const auto left_out = std::ranges::count_if(fit.coefficients, [](const Coefficient& c) { return c.is_left_out; });
  if (left_out > 0)
    text += fmt::format("({} left out: constant, or {} of others)\n", counted(left_out, "column"),
                        left_out == 1 ? "a sum" : "sums");
  text += fit_lines(fit);
  for (const std::string& warning : fit.warnings) text += fmt::format("\nWarning: {}\n", warning);
  return out << text;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("operator<<");
}

std::string to_json(const FitStatistics& fit) try {
  std::string text;
  JsonWriter json([&](std::string_view part) { text += part; }, JsonWriter::Utf8::mended);
  const auto put = [&](const char* name, double value) {
    std::isfinite(value) ? json[name].value(value) : json[name].null();
  };
  json.open_object();
  json["loss"].value(fit.loss);
  json["link"].value(fit.link);
  json["covariance"].value(name_of(fit.covariance_kind));
  put("level", fit.level);
  json["coefficients"].open_list();
  for (const Coefficient& c : fit.coefficients) {
    json.open_object();
    json["name"].value(c.name);
    if (!c.output.empty()) json["output"].value(c.output);
    put("estimate", c.estimate);
    put("standard_error", c.standard_error);
    put("statistic", c.statistic);
    put("p_value", c.p_value);
    put("lower", c.lower);
    put("upper", c.upper);
    json.close_object();
  }
  json.close_list();
  put("degrees_of_freedom", fit.degrees_of_freedom);
  put("rows", fit.rows);
  put("residual_df", fit.residual_df);
  put("null_df", fit.null_df);
  put("dispersion", fit.dispersion);
  put("pearson_dispersion", fit.pearson_dispersion);
  put("deviance_dispersion", fit.deviance_dispersion);
  put("deviance", fit.deviance);
  put("null_deviance", fit.null_deviance);
  put("log_likelihood", fit.log_likelihood);
  put("null_log_likelihood", fit.null_log_likelihood);
  put("aic", fit.aic);
  put("bic", fit.bic);
  put("deviance_explained", fit.deviance_explained);
  put("adjusted_r2", fit.adjusted_r2);
  put("mcfadden_r2", fit.mcfadden_r2);
  put("cox_snell_r2", fit.cox_snell_r2);
  put("nagelkerke_r2", fit.nagelkerke_r2);
  put("model_statistic", fit.model_statistic);
  put("model_p_value", fit.model_p_value);
  json["warnings"].values(fit.warnings);
  json.close_object();
  json.flush();
  return text;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("to_json");
}

}  // namespace linden
