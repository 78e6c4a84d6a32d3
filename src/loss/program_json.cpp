#include "loss/program_json.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/fail.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/link_only.hpp"
#include "loss/linked.hpp"

namespace linden {
namespace {

using Code = RowInstruction::Code;

constexpr std::array links{Link::identity, Link::sigmoid, Link::softmax,    Link::exp,           Link::expm1,
                           Link::sorted,   Link::normal,  Link::log_normal, Link::gamma,         Link::probit,
                           Link::cloglog,  Link::sqrt,    Link::inverse,    Link::inverse_square};
constexpr std::array label_kinds{LabelKind::real,  LabelKind::nonnegative, LabelKind::positive, LabelKind::classes,
                                 LabelKind::share, LabelKind::grades,      LabelKind::times};
constexpr std::array curvatures{Curvature::clamped,      Curvature::exact, Curvature::absolute,
                                Curvature::gauss_newton, Curvature::one,   Curvature::majorising};
constexpr const char* label_names[] = {"real", "nonnegative", "positive", "classes", "share", "grades", "times"};

/// Registers that an instruction reads one by one (logsumexp and pick read a range of them too).
int operand_count(Code code) { return code == Code::unary ? 1 : code == Code::binary ? 2 : 3; }

template <class... Ops>
std::vector<std::string> names_of(OpList<Ops...>) {
  return {Ops::info.name...};
}

std::string op_name(const RowInstruction& in) {
  switch (in.code) {
    case Code::unary: return names_of(UnaryOps())[static_cast<std::size_t>(in.op)];
    case Code::binary: return names_of(BinaryOps())[static_cast<std::size_t>(in.op)];
    case Code::where: return "where";
    case Code::logsumexp: return "logsumexp";
    case Code::pick: return "pick";
  }
  return "";
}

void write_program(JsonWriter& json, const RowProgram& program) {
  json.open_object();
  json["parameters"].value(program.parameters);
  json["constants"].values(std::span(program.constant, static_cast<std::size_t>(program.constants)));
  json["steps"].open_list();
  for (std::int32_t i = 0; i < program.instructions; ++i) {
    const RowInstruction& in = program.instruction[i];
    json.open_list();
    json.value(op_name(in));
    json.value(in.out);
    const std::int32_t operands[] = {in.a, in.b, in.c};
    for (int j = 0; j < (in.code == Code::logsumexp ? 2 : operand_count(in.code)); ++j) json.value(operands[j]);
    if (in.is_link) json.value("link");
    json.close_list();
  }
  json.close_list();
  json["result"].value(program.result);
  json.close_object();
}

/// The op that a step names.
RowInstruction read_op(JsonReader& json) {
  const std::string text = json.text();
  const auto place_in = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), text) - names.begin();
  };
  RowInstruction in;
  if (const auto i = place_in(names_of(UnaryOps())); i < UnaryOps::size) {
    in.code = Code::unary;
    in.op = static_cast<std::int16_t>(i);
  } else if (const auto j = place_in(names_of(BinaryOps())); j < BinaryOps::size) {
    in.code = Code::binary;
    in.op = static_cast<std::int16_t>(j);
  } else if (text == "where") {
    in.code = Code::where;
  } else if (text == "logsumexp") {
    in.code = Code::logsumexp;
  } else if (text == "pick") {
    in.code = Code::pick;
  } else {
    json.refuse(fmt::format("is \"{}\", an operation that this version does not know", text));
  }
  return in;
}

RowInstruction read_step(JsonReader& json, std::int32_t next) {
  json.open_list();
  RowInstruction in = read_op(json.entry());
  in.out = static_cast<std::int32_t>(json.entry().whole(next, next));
  // Every register is written before it is read.
  const auto read = [&] { return static_cast<std::int32_t>(json.entry().whole(0, next - 1)); };
  in.a = read();
  if (in.code == Code::logsumexp || in.code == Code::pick)
    in.b = static_cast<std::int32_t>(json.entry().whole(1, next - in.a));
  else if (in.code != Code::unary)
    in.b = read();
  if (in.code == Code::where || in.code == Code::pick) in.c = read();
  if (!json.next()) return in;
  in.is_link = in.code == Code::unary && json.is_text() && json.text() == "link";
  if (!in.is_link || json.next()) json.refuse("is one entry too many");
  return in;
}

RowProgram read_program(JsonReader& json, int outputs) {
  RowProgram program;
  program.outputs = outputs;
  json.open_object();
  program.parameters = static_cast<std::int32_t>(json["parameters"].whole(0, RowProgram::most_registers));
  for (json["constants"].open_list(); json.next();) {
    if (program.constants == RowProgram::most_constants) json.refuse("is one entry too many");
    program.constant[program.constants++] = json.number();
  }
  std::int32_t next = outputs + 1 + program.parameters + program.constants;
  const auto check_registers = [&] {
    if (next > RowProgram::most_registers) json.refuse("needs too many registers");
  };
  check_registers();
  for (json["steps"].open_list(); json.next();) {
    if (program.instructions == RowProgram::most_instructions) json.refuse("is one entry too many");
    RowInstruction& in = program.instruction[program.instructions++];
    in = read_step(json, next);
    next += in.code == Code::logsumexp ? 3 : 1;
    check_registers();
  }
  program.registers = next;
  program.result = static_cast<std::int32_t>(json["result"].whole(0, next - 1));
  json.close_object();
  return program;
}

/// The value whose name the text is.
template <class List, class NameOf>
auto chosen(JsonReader& json, const List& list, const NameOf& name) {
  const std::string text = json.text();
  for (const auto& value : list)
    if (text == name(value)) return value;
  json.refuse(fmt::format("is \"{}\", which is not known here", text));
}

Loss read_custom(JsonReader& json, const std::string& name) {
  CustomLoss parts;
  json.open_object();
  const auto outputs = static_cast<int>(json["outputs"].whole(1, 1 << 20));
  const Link link = chosen(json["link"], links, [](Link l) { return name_of(l); });
  if (!fits(link, outputs)) json.refuse(fmt::format("is {}, with {} output(s)", name_of(link), outputs));
  const LabelKind labels =
      chosen(json["labels"], label_kinds, [](LabelKind kind) { return label_names[static_cast<int>(kind)]; });
  parts.curvature = chosen(json["curvature"], curvatures, [](Curvature c) { return name_of(c); });
  if (json.next_is("program")) {
    JsonReader& program = json["program"];
    if (outputs > RowProgram::most_registers) program.refuse(fmt::format("cannot have {} outputs", outputs));
    parts.program = read_program(program, outputs);
  } else {
    parts.obstacle = "it was read from a file";
  }
  json.close_object();
  parts.parameters_by_row = parts.program.parameters > 0;
  return custom_loss(name, link, outputs, labels, std::move(parts));
}

Loss read_link_only(JsonReader& json, const std::string& name) {
  json.open_object();
  const auto outputs = static_cast<int>(json["outputs"].whole(1, 1 << 20));
  const Link link = chosen(json["link"], links, [](Link l) { return name_of(l); });
  const LabelKind labels =
      chosen(json["labels"], label_kinds, [](LabelKind kind) { return label_names[static_cast<int>(kind)]; });
  json.close_object();
  return link_only_loss(name, link, outputs, labels);
}

/// One number, or a list of those of several outputs.
Loss read_parameter(JsonReader& json, const Loss& loss, const std::string& name) {
  if (!json.is_list()) return loss.with_parameter(name, json.finite());
  const std::vector<double> values = json.finites();
  if (values.size() < 2) json.refuse("is a list, which has two numbers or more");
  return loss.with_parameter(name, values);
}

}  // namespace

void write_loss(JsonWriter& json, const Loss& loss) {
  json.open_object();
  json["name"].value(loss.name());
  json["classes"].value(loss.classes());
  if (const std::vector<LossParameter> parameters = loss.parameters(); !parameters.empty()) {
    json["parameters"].open_object();
    const std::vector<double>& levels = loss.definition().levels;
    if (!levels.empty()) json[parameters[0].name].values(levels);
    for (std::size_t i = levels.size(); i < parameters.size(); ++i) json[parameters[i].name].value(parameters[i].value);
    json.close_object();
  }
  if (loss.definition().labels > 1) json["labels"].value(loss.definition().labels);
  if (is_linked(loss.definition().spec)) json["behind"].value(name_of(loss.link()));
  const CustomLoss* const custom = loss.definition().custom.get();
  if (custom && custom->is_link_only) {
    json["link_only"].open_object();
    json["outputs"].value(loss.outputs());
    json["link"].value(name_of(loss.link()));
    json["labels"].value(label_names[static_cast<int>(loss.label_kind())]);
    json.close_object();
  } else if (custom && !custom->is_builtin) {
    json["custom"].open_object();
    json["outputs"].value(loss.outputs());
    json["link"].value(name_of(loss.link()));
    json["labels"].value(label_names[static_cast<int>(loss.label_kind())]);
    json["curvature"].value(name_of(custom->curvature));
    if (custom->obstacle.empty()) write_program(json["program"], custom->program);
    json.close_object();
  }
  json.close_object();
}

Loss read_loss(JsonReader& json) {
  const std::string place = json.path();
  json.open_object();
  const std::string name = json["name"].text();
  const auto classes = static_cast<int>(json["classes"].whole(0, 1 << 20));
  const bool is_custom = json.next_is("custom"), is_link_only = !is_custom && json.next_is("link_only");
  const std::vector<std::string> builtin = loss::names();
  if (is_custom && (name.empty() || std::ranges::find(builtin, name) != builtin.end()))
    json.refuse_at(place + ".name", fmt::format("is \"{}\", which no custom loss is called", name));
  try {
    Loss loss = is_custom      ? read_custom(json["custom"], name)
                : is_link_only ? read_link_only(json["link_only"], name)
                               : loss::by_name(name, {}, classes);
    if (const std::vector<LossParameter> parameters = loss.parameters(); !parameters.empty()) {
      json["parameters"].open_object();
      for (const LossParameter& parameter : parameters)
        loss = read_parameter(json[parameter.name], loss, parameter.name);
      json.close_object();
    }
    if (json.next_is("labels")) loss = of_labels(place, loss, static_cast<int>(json["labels"].whole(2, 1 << 20)));
    if (json.next_is("behind")) {
      const std::string link = json["behind"].text();
      const auto found = std::ranges::find(links, link, [](Link known) { return name_of(known); });
      if (found == links.end() || *found == loss.link()) json.refuse_at(place + ".behind", "is no link of it");
      loss = with_link(place + ".behind", loss, *found);
    }
    if (loss.classes() != classes) json.refuse_at(place + ".classes", "does not fit the loss");
    json.close_object();
    return loss;
  } catch (const ArgumentError& error) {
    json.refuse_at(place, fmt::format("is not known here ({})", error.what()));
  }
}

}  // namespace linden
