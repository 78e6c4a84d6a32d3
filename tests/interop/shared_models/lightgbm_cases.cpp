// Models of LightGBM 2 to 4, which sums doubles: what is left are the digits of the texts that predictions are kept in.
#include "interop/shared_models/case.hpp"
#include "interop/shared_models/files.hpp"

namespace linden::shared_models {
namespace {

// A column by its name, or where the model has columns of 0 and 1 for the categories of one.
Dataset by_name(const path& csv, const AnyModel& any) {
  const BoostedModel& model = boosted(any);
  const Table table = imports::read_table(csv, ',', true);
  const std::vector<std::string>& names = model.feature_names();
  return imports::frame(model, table.rows.size(), [&](std::size_t f, std::size_t row) -> std::string {
    const std::vector<std::string>& fields = table.rows[row];
    if (const std::ptrdiff_t at = table.column(names[f]); at >= 0) {
      const std::string& own = fields[static_cast<std::size_t>(at)];
      return own == "TRUE" ? "True" : own == "FALSE" ? "False" : own;  // as pandas reads them
    }
    const std::size_t cut = names[f].find('_');
    const std::ptrdiff_t base = table.column(names[f].substr(0, cut));
    EXPECT_GE(base, 0) << names[f];
    return fields.at(static_cast<std::size_t>(base)) == names[f].substr(cut + 1) ? "1" : "0";
  });
}

// The columns are predictions in the order of outputs; of two classes the last is that of class 1.
std::vector<double> outputs_of(const Table& table, std::size_t first, std::size_t outputs) {
  std::vector<double> numbers;
  for (const std::vector<std::string>& fields : table.rows) {
    const std::size_t start = outputs == 1 && fields.size() - first == 2 ? first + 1 : first;
    for (std::size_t k = start; k < fields.size(); ++k) numbers.push_back(imports::number_of(fields[k]));
  }
  return numbers;
}

void add_jpmml(std::vector<Case>& cases) {
  const path home = "jpmml_lightgbm";
  if (!exists(folder() / home)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder() / home / "lgbm"))
    for (const auto& file : std::filesystem::directory_iterator(folder() / home / "csv")) {
      const std::string name = entry.path().stem(), stem = file.path().stem();
      const std::string base = stem.substr(0, stem.find('@'));
      if (base != name && !(name == "ClassificationAudit" && base == "ClassificationAuditInvalid")) continue;
      std::string data = base;
      for (const std::string kind : {"LinearTree", "RF", "Classification", "Regression"})
        if (data.starts_with(kind)) data.erase(0, kind.size());
      if (data.starts_with("AuditBin")) data.erase(5, 3);
      Case next{.model = home / "lgbm" / entry.path().filename(), .predictions = home / "csv" / file.path().filename()};
      next.rows = [=](const AnyModel& model) { return by_name(folder() / home / "csv" / (data + ".csv"), model); };
      next.expected = [file = next.predictions](std::size_t outputs) {
        const Table table = imports::read_table(folder() / file, ',', true);
        return outputs_of(table, table.names.size() > 1 ? 1 : 0, outputs);
      };
      next.options = {.rounds = base == stem ? 0 : std::stoi(stem.substr(base.size() + 1))};
      next.tolerance = 1e-12;
      cases.push_back(std::move(next));
    }
}

// Tables without names, with so many columns before the features.
void add_tables(std::vector<Case>& cases) {
  struct Kept {
    std::string model, rows, predictions;
    std::size_t skipped;
    Output output;
  };
  const Output prediction = Output::prediction, score = Output::score;
  for (const Kept& kept : {
           Kept{"genlin_fmtp_gamma_AvgClaimAmount.model", "genlin_fmtp_gamma_AvgClaimAmount_features.tsv",
                "genlin_fmtp_gamma_AvgClaimAmount_true_predictions.txt", 0, prediction},
           Kept{"genlin_fmtp_poisson_Frequency.model", "genlin_fmtp_poisson_Frequency_features.tsv",
                "genlin_fmtp_poisson_Frequency_true_predictions.txt", 0, prediction},
           Kept{"genlin_fmtp_tweedie_PurePremium.model", "genlin_fmtp_tweedie_PurePremium_features.tsv",
                "genlin_fmtp_tweedie_PurePremium_true_predictions.txt", 0, prediction},
           Kept{"lg_dart_breast_cancer.model", "breast_cancer_test.tsv", "lg_dart_breast_cancer_true_predictions.txt",
                0, prediction},
           Kept{"lg_dart_breast_cancer.json", "breast_cancer_test.tsv", "lg_dart_breast_cancer_true_predictions.txt", 0,
                score},
           Kept{"lg_kddcup99.model", "kddcup99_test.tsv", "lg_kddcup99_true_predictions.txt", 0, score},
           Kept{"lgmulticlass.model", "multiclass_test.tsv", "lgmulticlass_true_predictions.txt", 1, prediction},
           Kept{"lgmulticlass.model", "multiclass_test.tsv", "lgmulticlass_true_raw_predictions.txt", 1, score},
       }) {
    Case next{.model = "leaves/" + kept.model, .predictions = "leaves/" + kept.predictions};
    next.rows = [=](const AnyModel& model) {
      const Table table = imports::read_table(folder() / "leaves" / kept.rows, '\t', false);
      return imports::frame(boosted(model), table.rows.size(),
                            [&](std::size_t f, std::size_t row) { return table.rows[row].at(f + kept.skipped); });
    };
    next.expected = [=](std::size_t) { return numbers_of(folder() / "leaves" / kept.predictions); };
    next.options = {.output = kept.output};
    next.tolerance = 1e-13;
    next.sigmoid = kept.model.ends_with(".json");  // a dump of version 2 names no objective
    cases.push_back(std::move(next));
  }
}

// Rows of libsvm, with what stands where they have nothing.
void add_sparse(std::vector<Case>& cases) {
  struct Kept {
    std::string model, rows, predictions, absent;
    Output output = Output::prediction;
  };
  const std::string toy = "treelite/toy_categorical/toy_categorical",
                    wide = "treelite/sparse_categorical/sparse_categorical";
  for (const Kept& kept :
       {Kept{"leaves/lg_rf_iris.model", "leaves/iris_test.libsvm", "leaves/lg_rf_iris_true_predictions.txt", "0"},
        Kept{toy + "_model.txt", toy + ".test", toy + ".test.pred", "0"},
        Kept{wide + "_model.txt", wide + ".test", wide + ".test.margin", "", Output::score}}) {
    Case next{.model = kept.model, .predictions = kept.predictions};
    next.rows = [=](const AnyModel& model) {
      const std::vector<std::map<int, double>> rows = libsvm_rows(folder() / kept.rows, 0);
      return imports::frame(boosted(model), rows.size(), [&](std::size_t f, std::size_t row) {
        const auto found = rows[row].find(static_cast<int>(f));
        return found == rows[row].end() ? kept.absent : fmt::format("{}", found->second);
      });
    };
    next.expected = [=](std::size_t) { return numbers_of(folder() / kept.predictions); };
    next.options = {.output = kept.output};
    next.tolerance = 1e-14;
    cases.push_back(std::move(next));
  }
}

}  // namespace

std::vector<Case> lightgbm_cases() {
  std::vector<Case> cases;
  add_jpmml(cases);
  add_tables(cases);
  add_sparse(cases);
  for (const char* model : {"lg_breast_cancer.txt", "model_simple.txt", "lg_1tree.json"})
    cases.push_back({.model = std::string("leaves/") + model, .note = "no predictions of scores are kept with it"});
  return cases;
}

}  // namespace linden::shared_models
