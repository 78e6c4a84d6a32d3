// One rule for every file that is read beside the training data: --valid, evaluate and predict.
#include "cli/running.hpp"

namespace linden::cli {
namespace {

class Reading : public Program {};

TEST_F(Reading, HeldOutRowsAreReadByTheTrainingData) {
  std::string train = "t,x,y\n", valid = "y,more,x,t,more\n";
  for (int i = 0; i < 40; ++i) {
    train += fmt::format("{},{},{}\n", i % 4 == 0 ? fmt::format("a{}", i % 5) : std::to_string(i % 4),
                         i % 7 == 0 ? "?" : std::to_string(i), i % 3 + (i % 4 == 2 ? 5 : 0));
    if (i % 4 != 0) valid += fmt::format("{},z,{},{},0\n", i % 3 + (i % 4 == 2 ? 5 : 0), i == 9 ? "?" : "3", i % 4);
  }
  write("t.csv", train);
  write("v.csv", valid);
  for (const char* family : {"boosted", "boosted --patience 2"}) {
    const std::string out = succeed(fmt::format(
        "train --data t.csv --label y --valid v.csv --model {} --set loss=squared --set rounds=5 --out m.json",
        family));
    EXPECT_NE(out.find("rmse"), std::string::npos) << out;
  }
  const std::string held_out =
      succeed("train --data t.csv --label y --valid v.csv --set loss=squared --set rounds=5 --out m.json");
  const double evaluated = value_of("rmse", succeed("evaluate --model m.json --data v.csv"));
  EXPECT_NE(held_out.find(fmt::format("{:<11} {:.6g} (held out)", "rmse", evaluated)), std::string::npos) << held_out;
  write("new.csv", "t,x\n1,?\n");
  succeed("predict --model m.json --data new.csv --out p.csv");
  EXPECT_EQ(read_lines("p.csv").size(), 2u);
}

TEST_F(Reading, RowsThatMemoryDoesNotHold) {
  for (const int part : {1, 2}) {
    std::string text = "x,word,y\n";
    for (int i = 0; i < 200; ++i) text += fmt::format("{},w{},{}\n", i * 37 % 61 + part, i % 5, (i % 5 + i / 30) % 2);
    write(fmt::format("part-{}.csv", part), text);
  }
  const std::string train = "train --data 'part-*.csv' --label y --set rounds=5 --out ";
  succeed(train + "here.json");
  succeed(train + "there.json --memory 64MB --cache kept");
  const auto tables = [&] { return std::distance(std::filesystem::directory_iterator(folder() / "kept"), {}); };
  const auto made = tables();
  succeed(train + "again.json --memory 0.1GiB --cache kept");
  EXPECT_EQ(read_file(folder() / "there.json"), read_file(folder() / "here.json"));
  EXPECT_EQ(read_file(folder() / "again.json"), read_file(folder() / "here.json"));
  for (const char* size : {"4", "4XB", "GB", "-1GB", "0"})
    EXPECT_EQ(run(train + "m.json --memory " + size).code, 1) << size;
  const auto says = [&](const std::string& options, const std::string& words) {
    const Ran ran = run(train + "m.json " + options);
    EXPECT_NE(ran.err.find(words), std::string::npos) << ran.err;
  };
  says("--memory 4XB", "--memory is \"4XB\"; it must be a size such as 4GB, 512MB or 2GiB.");
  says("--memory 1MB", "--memory is 1000000 bytes; it must be at least 16777216 (16 MiB).");
  says("--cache kept", "--cache is of --memory. Hint: leave it out, or --memory 4GB.");
  says("--memory 1GB --cache kept --group word",
       "--group is \"word\", and files larger than memory are read without "
       "groups. Hint: leave --memory out.");
  says("--memory 1GB --format libsvm", "--memory is for CSV files");
  // What cannot be read leaves no folder behind, and tables that are whole stay.
  says("--memory 64MB --cache new --weight none", "no column \"none\"");
  EXPECT_FALSE(std::filesystem::exists(folder() / "new"));
  EXPECT_EQ(tables(), made);
}

TEST_F(Reading, FilesThatDoNotGoTogetherAreNamed) {
  write("part-1.csv", "x,y\n1,2\n2,3\n");
  write("part-2.csv", "z,y\n1,2\n");
  EXPECT_EQ(
      refused("train 'part-*.csv' --label y --out m.json"),
      "linden: part 1 (from part-2.csv:2 on) has a column \"z\" that part 0 (from part-1.csv:2 on) does not have. "
      "Columns: x.\n");
  write("part-2.csv", "x,v\n1,2\n");
  EXPECT_EQ(
      refused("train 'part-*.csv' --label -1 --out m.json"),
      "linden: part 1 (from part-2.csv:2 on) has the label v, part 0 (from part-1.csv:2 on) has y. Hint: name them "
      "alike, and in one order.\n");
}

TEST_F(Reading, TheSummaryNamesAFieldThatMadeAColumnText) {
  std::string text = "a,b,y\n";
  for (int line = 2; line <= 102; ++line)
    text += fmt::format("{},{},{}\n", line, line == 79 ? "1.281.501.0" : fmt::format("{}.5", line), line % 7);
  write("t.csv", text);
  const Ran ran = run("train --data t.csv --label y --set rounds=2 --out m.json");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(
      ran.out.find("data        t.csv: 101 rows, 2 features, 1 of text: b (101 values; line 79: \"1.281.501.0\"); "
                   "label y: numbers from 0 to 6\n"),
      std::string::npos)
      << ran.out;
  EXPECT_NE(ran.err.find("t.csv:79: column \"b\" is text, 101 values: \"1.281.501.0\" here is no number"),
            std::string::npos)
      << ran.err;
}

TEST_F(Reading, LibsvmFilesMayBeNarrowerOrWider) {
  write("t.libsvm", "1 1:1 3:1\n0 2:1\n1 1:2\n0 3:2\n1 1:1 2:1\n0 3:1\n");
  write("narrow.libsvm", "1 1:1\n0 2:1\n");
  write("wide.libsvm", "1 1:1 7:3\n0 2:1 4:1\n");
  std::string answers[2];
  int i = 0;
  for (const char* file : {"narrow.libsvm", "wide.libsvm"}) {
    for (const char* family : {"boosted --set min_rows_in_leaf=1", "linear --set l2=0.1"})
      succeed(fmt::format("train --data t.libsvm --valid {} --model {} --out m.json", file, family));
    answers[i++] = succeed(fmt::format("evaluate --model m.json --data {}", file));
  }
  EXPECT_EQ(answers[0], answers[1]);
}

TEST_F(Reading, GroupsStandTogetherInLabelledFilesAndAreLookedForInNoOthers) {
  const std::string rows = "q,x,y\na,1,1\na,2,3\nb,3,2\nb,4,7\nb,5,1\n", torn = "q,x,y\na,1,1\nb,3,2\na,2,3\n";
  write("t.csv", rows);
  write("torn.csv", torn);
  const std::string train = "train t.csv --label y --group q --min-rows-in-leaf 1 --rounds 2 --out m.json ";
  // Where nothing asks for groups, rows to evaluate may be without.
  const std::string what =
      "linden: torn.csv:4: the group (column \"q\") is \"a\", as at torn.csv:2, but torn.csv:3 between them is of "
      "another";
  write("none.csv", "x,y\n1,1\n3,2\n");
  EXPECT_NE(run(train + "--valid torn.csv").err.find(what + ": these rows go without groups.\n"), std::string::npos);
  succeed(train + "--valid none.csv");
  const std::string out = succeed(train + "--valid t.csv");
  EXPECT_NE(out.find("5 rows, 1 feature; label y: numbers from 1 to 7; 2 groups\n"), std::string::npos) << out;
  EXPECT_NE(read("m.json").find("\"group\":\"q\""), std::string::npos);
  EXPECT_GE(value_of("rmse", succeed("evaluate t.csv --model m.json --metrics rmse")), 0);
  const Ran torn_run = run("evaluate torn.csv --model m.json --metrics rmse");
  EXPECT_EQ(torn_run.err, what + ": these rows go without groups.\n");
  EXPECT_GE(value_of("rmse", torn_run.out), 0);
  EXPECT_EQ(run("evaluate torn.csv --model m.json --group q").err, what + ". Hint: sort the rows by group.\n");
  EXPECT_EQ(lines_of(succeed("predict torn.csv --model m.json")).size(), 4u);

  write("t.libsvm", "1 qid:1 1:1\n3 qid:1 1:2\n2 qid:2 1:3\n7 qid:2 1:4\n");
  write("torn.libsvm", "1 qid:1 1:1\n3 qid:2 1:2\n2 qid:1 1:3\n");
  EXPECT_NE(succeed("train t.libsvm --min-rows-in-leaf 1 --rounds 2 --out l.json").find("; 2 groups\n"),
            std::string::npos);
  const std::string apart =
      "linden: torn.libsvm:3: the row is of group 1, as torn.libsvm:1 is, but torn.libsvm:2 between them is of another";
  EXPECT_EQ(run("evaluate torn.libsvm --model l.json").err, apart + ": these rows go without groups.\n");
  EXPECT_EQ(run("evaluate torn.libsvm --model l.json --skip-groups").err, "");
  EXPECT_EQ(run("train torn.libsvm --out x.json").err, apart + ". Hint: sort the rows by qid; or --skip-groups.\n");
  succeed("train torn.libsvm --out x.json --skip-groups --min-rows-in-leaf 1");
  EXPECT_EQ(lines_of(succeed("predict torn.libsvm --model l.json")).size(), 4u);
}

TEST_F(Reading, SeveralLabelsAreForBothFamilies) {
  write("t.csv", "x,o,a,b\n1,0,1,2\n2,1,3,4\n3,0,5,7\n4,1,9,9\n");
  EXPECT_EQ(run("train t.csv --label '' --out m.json").err, "linden: t.csv: no column \"\". Columns: x, o, a, b.\n");
  for (const char* labels : {"--label a,b", "--label a --label b", "--label a,b --loss squared --valid t.csv"}) {
    for (const char* family : {"--model linear --l2 1", "--min-rows-in-leaf 1 --rounds 3"}) {
      succeed(fmt::format("train t.csv --out m.json {} {}", family, labels));
      EXPECT_EQ(lines_of(succeed("predict t.csv --model m.json"))[0], "prediction_a,prediction_b");
      EXPECT_GE(value_of("rmse", succeed("evaluate t.csv --model m.json")), 0);
      EXPECT_NE(succeed("inspect m.json").find("label       a, b\n"), std::string::npos);
    }
  }
}

TEST_F(Reading, OffsetsArePartOfScoresInAllCommands) {
  std::string rows = "x,o,p,y\n", other = "x,y\n1,2\n";
  for (int i = 0; i < 200; ++i) rows += fmt::format("{},{},{},{}\n", i % 5, i % 3, i % 3 + 1, i % 5 + i % 3 * 2);
  write("t.csv", rows);
  write("other.csv", other);
  write("t.libsvm", "1 1:2\n");
  for (const char* family : {"boosted", "linear"}) {
    const std::string out = succeed(fmt::format(
        "train t.csv --label y --drop p --loss poisson --model {} --offset o --valid t.csv --out m.json", family));
    EXPECT_NE(out.find("; offset\n"), std::string::npos) << out;
    EXPECT_NE(succeed("inspect m.json").find("offset      o\n"), std::string::npos);
    const std::vector<std::string> plain = lines_of(succeed("predict t.csv --model m.json"));
    EXPECT_EQ(lines_of(succeed("predict t.csv --model m.json --offset o")), plain);
    const std::vector<std::string> more = lines_of(succeed("predict t.csv --model m.json --offset p"));
    for (std::size_t i = 1; i < plain.size(); ++i)
      EXPECT_NEAR(std::stod(more[i]), std::exp(1.0) * std::stod(plain[i]), 1e-9 * std::stod(more[i]));
    EXPECT_GE(value_of("rmse", succeed("evaluate t.csv --model m.json")), 0);
    EXPECT_EQ(run("predict other.csv --model m.json").err,
              "linden: other.csv: no column \"o\", which was the offset in training. Columns: x, y.\n");
    succeed(fmt::format("train t.csv --label y --drop p --loss poisson --model {} --out n.json", family));
    EXPECT_EQ(run("predict t.csv --model n.json --offset o").code, 1);
  }
  EXPECT_EQ(run("predict t.libsvm --model m.json --offset o").err,
            "linden: --offset is for CSV files, and t.libsvm is libsvm. Hint: leave it out, or --format csv.\n");
  EXPECT_EQ(run("train t.csv --label y --offset o,p --out x.json").err,
            "linden: the data has 2 offsets a row (columns \"o\", \"p\"), but there is one score. Hint: one for each "
            "score.\n");
  EXPECT_EQ(run("train t.csv --label y --out x.json --base_margin o").err,
            "linden: linden train has no option --base_margin. Here that is --offset. Hint: linden train --help lists "
            "them.\n");
}

TEST_F(Reading, AMetricIsAskedForOnce) {
  write("t.csv", small_table());
  const std::string train =
      "train t.csv --label y --min-rows-in-leaf 1 --rounds 2 --train-metrics --out m.json --metrics ";
  EXPECT_EQ(run(train + "rmse,mae,rmse").err,
            "linden: --metrics rmse,mae,rmse: rmse is there twice. Hint: leave one out.\n");
  EXPECT_EQ(
      run(train + "logloss,multiclass_logloss").err,
      "linden: --metrics logloss,multiclass_logloss: logloss and multiclass_logloss are one metric. Hint: leave one "
      "out.\n");
}

TEST_F(Reading, OptionsOfTheOtherFormatAreRefused) {
  write("t.libsvm", "1 1:1 3:1\n0 2:1\n1 1:2\n0 3:2\n");
  write("t.csv", small_table());
  const std::pair<const char*, const char*> of_csv[] = {{"--weight", "w"},    {"--drop", "1"},   {"--categorical", "1"},
                                                        {"--no-header", ""},  {"--group", "q"},  {"--offset", "o"},
                                                        {"--delimiter", ","}, {"--missing", "z"}};
  for (const auto& [option, value] : of_csv)
    EXPECT_EQ(run(fmt::format("train t.libsvm --out m.json {} {}", option, value)).err,
              fmt::format("linden: {} is for CSV files, and t.libsvm is libsvm. Hint: leave it out, or --format csv.\n",
                          option));
  for (const char* option : {"--features 3", "--zero-based"})
    EXPECT_EQ(run(fmt::format("train t.csv --label y --out m.json {}", option)).err,
              fmt::format("linden: {} is for libsvm files, and t.csv is CSV. Hint: leave it out, or --format libsvm.\n",
                          std::string_view(option).substr(0, std::string_view(option).find(' '))));
  succeed("train t.libsvm --min-rows-in-leaf 1 --rounds 2 --out l.json");
  EXPECT_EQ(run("evaluate t.libsvm --model l.json --weight nosuch").err,
            "linden: --weight is for CSV files, and t.libsvm is libsvm. Hint: leave it out, or --format csv.\n");
  EXPECT_EQ(run("predict t.libsvm --model l.json --missing z").err,
            "linden: --missing is for CSV files, and t.libsvm is libsvm. Hint: leave it out, or --format csv.\n");
  EXPECT_EQ(run("evaluate t.libsvm --model l.json --zero-based").err,
            "linden: t.libsvm: the features are numbered from 1. Hint: without --zero-based.\n");
  EXPECT_EQ(run("inspect l.json --all --tree 0").err,
            "linden: --all is of the list of features. Hint: leave it out, or --tree.\n");
  EXPECT_EQ(run("inspect l.json --importances --tree 0").err,
            "linden: --tree 0 and --importances print different things. Hint: leave one out.\n");
}

TEST_F(Reading, LibsvmFilesDoNotHaveTheColumnsOfATable) {
  write("t.csv", small_table());
  write("t.libsvm", "1 1:1\n0 1:2\n");
  const std::string message =
      "linden: t.libsvm: the features have names (\"x\"), and a libsvm file has numbers of columns alone. Hint: these "
      "rows as CSV, with a header.\n";
  EXPECT_EQ(run("train t.csv --label y --valid t.libsvm --out m.json").err, message);
  succeed("train t.csv --label y --rounds 2 --out m.json");
  for (const char* command : {"evaluate t.libsvm --model m.json", "predict t.libsvm --model m.json"})
    EXPECT_EQ(run(command).err, message);
  // Without a header columns are numbers. Then it is the classes that differ, which is said before the work.
  write("c.csv", "no,1,2\nyes,2,1\nyes,3,1\nno,4,2\n");
  const Ran ran = run("train c.csv --no-header --label 0 --min-rows-in-leaf 1 --valid t.libsvm --out c.json");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err, "linden: --valid: the label is 1 at t.libsvm:1, which is no class of the training data.\n");
  EXPECT_FALSE(std::filesystem::exists(folder() / "c.json"));
}

TEST_F(Reading, OneIsNotSeveral) {
  write("t.csv", "t,,y\na,1,2\na,2,3\na,3,4\n");
  const Ran ran = run("train t.csv --label y --rounds 1 --device cpu --loss squared --out m.json");
  EXPECT_TRUE(ran.out.starts_with("data        t.csv: 3 rows, 2 features, 1 of text: t (1 value); label y: "))
      << ran.out;
  EXPECT_NE(ran.out.find("\nmodel       m.json: 1 round, 1 tree\n"), std::string::npos) << ran.out;
  EXPECT_EQ(ran.err,
            "linden: no split was possible, so that all predictions are the same: a tree sees 3 rows, and each of two "
            "leaves needs --min-rows-in-leaf 20. Hint: a smaller --min-rows-in-leaf.\n");
  EXPECT_TRUE(succeed("inspect m.json").starts_with("model       boosted: 1 round, 1 tree, 1 leaf, depth up to 0\n"));
  EXPECT_EQ(run("train t.csv --label z --out m.json").err, "linden: t.csv: no column \"z\". Columns: t, \"\", y.\n");
}

TEST_F(Reading, AFieldThatIsNoNumberIsNamed) {
  write("t.csv", "x,y\n1,2\n2,3\n3,5\n4,1\n");
  write("v.csv", "x,y\n1,2\nabc,3\n");
  const std::string message =
      "linden: v.csv:3: column \"x\" is \"abc\", but it held numbers in training. Hint: mend the field, or name it "
      "in --missing if it means that.\n";
  EXPECT_EQ(run("train --data t.csv --label y --valid v.csv --set loss=squared --out m.json").err, message);
  succeed("train --data t.csv --label y --set loss=squared --set min_rows_in_leaf=1 --out m.json");
  EXPECT_EQ(run("evaluate --model m.json --data v.csv").err, message);
  EXPECT_EQ(run("predict --model m.json --data v.csv --out p.csv").err, message);
}

TEST_F(Reading, TheDelimiterIsGuessed) {
  write("t.csv", "x;y\n1,5;2\n2,5;3\n3,5;5\n4,5;1\n");
  const Ran ran = run("train --data t.csv --label y --set loss=squared --out m.json");
  EXPECT_NE(ran.out.find("4 rows, 1 feature, 1 of text: x (4 values; line 2: \"1,5\")"), std::string::npos) << ran.out;
  EXPECT_TRUE(ran.err.starts_with(
      "linden: t.csv:2: column \"x\" is text, 4 values: \"1,5\" has a comma, and numbers are "
      "written with a point and without separators of thousands. Hint: --decimal ',' if that is the "
      "decimal sign here.\n"))
      << ran.err;
}

}  // namespace
}  // namespace linden::cli
