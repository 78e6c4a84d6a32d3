// The words of the program: what the library says to C++ programs, in options; and that no message is forgotten.
#include "cli/words.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

namespace linden::cli {
namespace {

TEST(Words, FieldsBecomeOptions) {
  EXPECT_EQ(in_options("BoostingConfig.learning_rate is 2; it must be in (0, 1]."),
            "--learning-rate is 2; it must be in (0, 1].");
  EXPECT_EQ(in_options("Hint: name it in CsvOptions::categorical."), "Hint: name it in --categorical.");
  EXPECT_EQ(in_options("x.csv:1: twice. Hint: use .header = false if this line is a row."),
            "x.csv:1: twice. Hint: use --no-header if this line is a row.");
  EXPECT_EQ(in_options("Hint: use .loss = loss::softmax({.classes = 73})."), "Hint: use --loss softmax.");
  EXPECT_EQ(in_options("Here that is FitOptions::threads or EarlyStopping::patience."),
            "Here that is --threads or --patience.");
  EXPECT_EQ(in_options("BoostingConfig.constraints.monotone: the data has no feature \"agee\"."),
            "--constraints.monotone: the data has no feature \"agee\".");
  EXPECT_EQ(in_options("as .constraints.min_rate = 2 says. Hint: a smaller .constraints.min_rate."),
            "as --constraints.min-rate 2 says. Hint: a smaller --constraints.min-rate.");
  EXPECT_EQ(in_options("loss::quantile: level is 9, but it must be in (0, 1)."),
            "--loss.level is 9, but it must be in (0, 1).");
  EXPECT_EQ(in_options("each needs .min_rows_in_leaf = 20. Hint: a smaller .min_rows_in_leaf."),
            "each needs --min-rows-in-leaf 20. Hint: a smaller --min-rows-in-leaf.");
  EXPECT_EQ(in_options("LinearConfig.loss is quantile; linear models take huber, focal and loss::custom."),
            "--loss is quantile; linear models take huber, focal.");
  EXPECT_EQ(in_options("Dataset::from_libsvm: memory ran out. Hint: free some."), "memory ran out. Hint: free some.");
  EXPECT_EQ(in_options("Output::leaf wants trees. Hint: a linear one has prediction, score and label."),
            "--output leaf wants trees. Hint: a linear one has prediction, score and class.");
  EXPECT_EQ(option_of("min_rows_in_leaf"), "--min-rows-in-leaf");
}

TEST(Words, CallsBecomeFilesOrNothing) {
  EXPECT_EQ(in_options("Dataset::from_csv(\"a \"b\".csv\"): no column \"y\"."), "a \"b\".csv: no column \"y\".");
  EXPECT_EQ(in_options("load(\"m.json\"): cannot open the file."), "m.json: cannot open the file.");
  EXPECT_EQ(in_options("fit_boosted: all weights are zero."), "all weights are zero.");
  EXPECT_EQ(in_options("fit_boosted: validation set: no column \"b\"."), "--valid: no column \"b\".");
  EXPECT_EQ(in_options("fit_boosted: validation set \"late\": no column \"b\"."), "--valid \"late\": no column \"b\".");
  EXPECT_EQ(in_options("metric::auc: there are no rows."), "metric auc: there are no rows.");
  EXPECT_EQ(in_options("Device::cuda(0): no usable GPU. Hint: Device::best() falls back to the CPU."),
            "--device cuda: no usable GPU. Hint: --device auto falls back to the CPU.");
}

TEST(Words, WhatTheUserWroteStays) {
  for (const char* text : {"column \".header = false\" is \"loss::softmax()\" here.", "file.name and 1.5 and .5 stand.",
                           ".hidden.csv:3: a row", "in .cache/m.json", "an open \" quote with .header = false"})
    EXPECT_EQ(in_options(text), text);
}

// The string literals of a source file, those that follow each other as one.
std::vector<std::string> literals_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::vector<std::string> found;
  bool joins = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "//") == 0) {
      i = std::min(text.find('\n', i), text.size());
    } else if (text[i] == '\'' && i + 2 < text.size()) {
      i += text[i + 1] == '\\' ? 3 : 2;
    } else if (text[i] == '"') {
      std::string literal;
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
        literal += text[i];
      }
      if (joins)
        found.back() += literal;
      else
        found.push_back(literal);
      joins = true;
      continue;
    }
    if (text[i] != ' ' && text[i] != '\n') joins = false;
  }
  return found;
}

// Messages that no command can cause: of custom losses, of data from memory, of calls that the program does not make.
bool is_of_cpp_alone(const std::string& file, const std::string& message) {
  for (const char* name :
       {"loss/custom.cpp", "loss/trace/trace.cpp", "loss/tape_derivatives.cpp", "loss/trace/probe.cpp",
        "loss/trace/program_rows.cpp", "loss/program_json.cpp", "boosting/model/row_predictor.cpp"})
    if (file.ends_with(name)) return true;
  if (message.find("Curvature::") != message.npos || message.find("model.loss()") != message.npos) return true;
  for (const char* start :
       {"Loss::", "Dataset", "BoostedModel::", "LinearModel::", "early_stopping: ", "EarlyStopping.",
        "Metric::", "Tree::", "json_lines: ", "set_memory_budget", "Metric \"", "Round::"})
    if (message.starts_with(start)) return true;
  return false;
}

TEST(Words, NoMessageOfTheLibrarySpeaksOfCpp) {
  const std::regex cpp(R"(::|\(\)|\b(Dataset|[A-Za-z]+Options|[A-Za-z]+Config)\b|(^|[ (])\.[a-z])");
  const std::regex fields(
      R"(\b[a-z]+_(in|bins|leaves|rate|weight|gain|fraction|iterations|depth|based)\b|model's schema)");
  int messages = 0;
  for (const char* folder : {"base", "boosting", "data", "linear", "loss", "metric", "model"})
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::filesystem::path(LINDEN_SOURCE_DIR) / "src" / folder)) {
      if (entry.is_directory()) continue;
      for (const std::string& message : literals_of(entry.path())) {
        if (std::ranges::count(message, ' ') < 3 || is_of_cpp_alone(entry.path().string(), message)) continue;
        ++messages;
        const std::string said = in_options(message);
        EXPECT_FALSE(std::regex_search(said, cpp)) << entry.path() << "\n" << message << "\n" << said;
        EXPECT_FALSE(std::regex_search(said, fields)) << entry.path() << "\n" << message << "\n" << said;
      }
    }
  EXPECT_GT(messages, 150);
}

}  // namespace
}  // namespace linden::cli
