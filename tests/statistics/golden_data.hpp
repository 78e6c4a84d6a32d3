// The data sets of the golden tables, from the folder of shared models, as designs.
#pragma once

#include <cmath>
#include <filesystem>
#include <linden/statistics.hpp>
#include <map>
#include <string>
#include <vector>

namespace linden::golden {

inline std::filesystem::path folder() {
  return std::filesystem::path(LINDEN_SOURCE_DIR) / "../shared/models/glm_golden";
}

/// A file by columns.
class File {
 public:
  explicit File(const char* file, char delimiter = ',') {
    const Dataset data = Dataset::from_csv(folder() / file, {.delimiter = delimiter});
    for (const Column& column : data.columns()) {
      std::string name = column.name;
      std::erase(name, '\'');
      if (column.categorical) {
        for (const std::int32_t code : column.values.span<const std::int32_t>())
          texts_[name].push_back(code < 0 ? "" : column.categories[static_cast<std::size_t>(code)]);
        continue;
      }
      const auto values = column.values.span<const double>();
      numbers_[name].assign(values.begin(), values.end());
    }
  }
  const std::vector<double>& operator[](const std::string& name) const { return numbers_.at(name); }
  /// 1 where the text, or the number, is this.
  std::vector<double> is(const std::string& name, const std::string& text) const {
    std::vector<double> result;
    for (const std::string& value : texts_.at(name)) result.push_back(value == text ? 1 : 0);
    return result;
  }
  std::vector<double> is(const std::string& name, double number) const {
    std::vector<double> result;
    for (const double value : numbers_.at(name)) result.push_back(value == number ? 1 : 0);
    return result;
  }
  Dataset with(const std::vector<std::string>& names) const {
    Dataset data;
    for (const std::string& name : names) data = data.with_column(name, numbers_.at(name));
    return data;
  }

 private:
  std::map<std::string, std::vector<double>> numbers_;
  std::map<std::string, std::vector<std::string>> texts_;
};

inline std::vector<double> log_of(std::vector<double> values) {
  for (double& value : values) value = std::log(value);
  return values;
}

inline Dataset longley() {
  const File file("statsmodels_datasets/longley/longley.csv");
  return file.with({"GNPDEFL", "GNP", "UNEMP", "ARMED", "POP", "YEAR"}).with_label(file["TOTEMP"]);
}
inline Dataset star98() {
  const File file("statsmodels_datasets/star98/star98.csv");
  const std::vector<std::string> names{"LOWINC",
                                       "PERASIAN",
                                       "PERBLACK",
                                       "PERHISP",
                                       "PERMINTE",
                                       "AVYRSEXP",
                                       "AVSALK",
                                       "PERSPENK",
                                       "PTRATIO",
                                       "PCTAF",
                                       "PCTCHRT",
                                       "PCTYRRND",
                                       "PERMINTE_AVYRSEXP",
                                       "PERMINTE_AVSAL",
                                       "AVYRSEXP_AVSAL",
                                       "PERSPEN_PTRATIO",
                                       "PERSPEN_PCTAF",
                                       "PTRATIO_PCTAF",
                                       "PERMINTE_AVYRSEXP_AVSAL",
                                       "PERSPEN_PTRATIO_PCTAF"};
  return with_trials(file.with(names).with_label(file["PR50M"]), file["MATHTOT"]);
}
inline Dataset low_birth_weight() {
  const File file("statsmodels_genmod/stata_lbw_glm.csv");
  Dataset data = file.with({"age", "lwt"});
  data = data.with_column("black", file.is("race", "black")).with_column("other", file.is("race", "other"));
  for (const char* name : {"smoke", "ptl", "ht", "ui"}) data = data.with_column(name, file[name]);
  return data.with_label(file["low"]);
}
inline Dataset cancer() {
  const File file("statsmodels_genmod/stata_cancer_glm.csv");
  return file.with({"age"})
      .with_column("drug2", file.is("drug", 2))
      .with_column("drug3", file.is("drug", 3))
      .with_label(file["studytime"]);
}
inline Dataset votes() {
  const File file("statsmodels_datasets/scotland/scotvote.csv");
  return file.with({"COUTAX", "UNEMPF", "MOR", "ACT", "GDP", "AGE", "COUTAX_FEMALEUNEMP"}).with_label(file["YES"]);
}
inline Dataset drawn_by_stata() {
  const File file("statsmodels_genmod/inv_gaussian.csv");
  std::vector<double> label = file["xig"], x1 = file["x1"], x2 = file["x2"];
  for (std::vector<double>* column : {&label, &x1, &x2}) column->resize(5000);
  return Dataset().with_column("x1", x1).with_column("x2", x2).with_label(label);
}
inline Dataset stays() {
  const File file("statsmodels_genmod/stata_medpar1_glm.csv");
  return file.with({"codes"}).with_column("type3", file.is("admitype", "type3")).with_label(file["los"]);
}
/// The weights of R's examples: every fifth row 5, every thirteenth 3.
inline std::vector<double> some_weights(std::int64_t rows) {
  std::vector<double> weights;
  for (std::int64_t i = 0; i < rows; ++i) weights.push_back(i % 13 == 0 ? 3 : i % 5 == 0 ? 5 : 1);
  return weights;
}
inline Dataset cancer_weighted() { return cancer().with_weight(some_weights(48)); }
inline Dataset executions() {
  const File file("statsmodels_datasets/cpunish/cpunish.csv");
  return file.with({"INCOME", "PERPOVERTY", "PERBLACK"})
      .with_column("LN_VC100k96", log_of(file["VC100k96"]))
      .with_column("SOUTH", file["SOUTH"])
      .with_column("DEGREE", file["DEGREE"])
      .with_label(file["EXECUTIONS"]);
}
inline Dataset executions_weighted() {
  return executions().with_weight({1, 1, 1, 2, 2, 2, 3, 3, 3, 1, 1, 1, 2, 2, 2, 3, 3});
}
/// Of mean 1, as Stata's aweight.
inline Dataset executions_analytic() {
  std::vector<double> weights{1, 1, 1, 2, 2, 2, 3, 3, 3, 1, 1, 1, 2, 2, 2, 3, 3};
  for (double& w : weights) w *= 17.0 / 33;
  return executions().with_weight(weights);
}
inline Dataset executions_of_two() {
  const File file("statsmodels_datasets/cpunish/cpunish.csv");
  return file.with({"INCOME", "SOUTH"}).with_label(file["EXECUTIONS"]);
}
inline Dataset executions_by_thousands() {
  const File file("statsmodels_datasets/cpunish/cpunish.csv");
  std::vector<double> income = file["INCOME"];
  for (double& x : income) x /= 1000;
  return Dataset()
      .with_column("INCOME", income)
      .with_column("SOUTH", file["SOUTH"])
      .with_label(file["EXECUTIONS"])
      .with_weight({1, 2, 3, 4, 5, 4, 3, 2, 1, 2, 3, 4, 5, 4, 3, 2, 1});
}
inline Dataset affairs_of_three() {
  const File file("statsmodels_datasets/fair/fair.csv");
  return file.with({"rate_marriage", "age", "yrs_married"}).with_label(file["affairs"]);
}
inline Dataset affairs_weighted() {
  const File file("statsmodels_datasets/fair/fair.csv");
  const Dataset data = file.with({"age", "yrs_married"}).with_label(file["affairs"]);
  return data.with_weight(some_weights(data.rows()));
}
inline Dataset spector() {
  const File file("statsmodels_datasets/spector/spector.csv", ' ');
  return file.with({"GPA", "TUCE", "PSI"}).with_label(file["GRADE"]);
}
inline Dataset visits() {
  const File file("statsmodels_datasets/randhie/randhie.csv");
  return file.with({"lncoins", "idp", "lpi", "fmde", "physlm", "disea", "hlthg", "hlthf", "hlthp"})
      .with_label(file["mdvis"]);
}
inline Dataset parties() {
  const File file("statsmodels_datasets/anes96/anes96.csv", '\t');
  std::vector<double> population = file["popul"];
  for (double& p : population) p = std::log(p + 0.1);
  Dataset data = Dataset().with_column("logpopul", population);
  for (const char* name : {"selfLR", "age", "educ", "income"}) data = data.with_column(name, file[name]);
  return data.with_label(file["PID"]);
}
/// Those of ships that were in service.
inline std::vector<double> of_ships(const char* name) {
  const File file("statsmodels_discrete/ships.csv");
  std::vector<double> values;
  for (std::size_t i = 0; i < file[name].size(); ++i)
    if (!std::isnan(file["accident"][i])) values.push_back(file[name][i]);
  return values;
}
inline Dataset ships() {
  return Dataset()
      .with_column("yr_con", of_ships("yr_con"))
      .with_column("op_75_79", of_ships("op_75_79"))
      .with_label(of_ships("accident"))
      .with_offset(log_of(of_ships("service")));
}
inline std::vector<double> ship_of_rows() { return of_ships("ship"); }

}  // namespace linden::golden
