#include "loss/program_json.hpp"

#include <algorithm>
#include <array>

#include "base/fail.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

using Code = RowInstruction::Code;

constexpr std::array links{Link::identity, Link::sigmoid, Link::softmax, Link::exp};
constexpr std::array label_kinds{LabelKind::real, LabelKind::nonnegative, LabelKind::classes};
constexpr std::array curvatures{Curvature::clamped, Curvature::exact, Curvature::absolute, Curvature::gauss_newton};
constexpr const char* label_names[] = {"real", "nonnegative", "classes"};

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

Json program_to_json(const RowProgram& program) {
  Json constants = Json::array(), steps = Json::array();
  for (std::int32_t i = 0; i < program.constants; ++i) constants.push_back(json_of_number(program.constant[i]));
  for (std::int32_t i = 0; i < program.instructions; ++i) {
    const RowInstruction& in = program.instruction[i];
    Json step = {op_name(in), in.out};
    const std::int32_t operands[] = {in.a, in.b, in.c};
    for (int j = 0; j < (in.code == Code::logsumexp ? 2 : operand_count(in.code)); ++j) step.push_back(operands[j]);
    if (in.is_link) step.push_back("link");
    steps.push_back(std::move(step));
  }
  return {{"parameters", program.parameters}, {"constants", constants}, {"steps", steps}, {"result", program.result}};
}

/// The op that a step names.
RowInstruction named(const JsonReader& name) {
  const std::string& text = name.text();
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
    name.refuse(fmt::format("is \"{}\", an operation that this version does not know", text));
  }
  return in;
}

RowInstruction step_from_json(const JsonReader& json, std::int32_t next) {
  RowInstruction in = named(json[std::size_t{0}]);
  in.out = static_cast<std::int32_t>(json[1].whole(next, next));
  // Every register is written before it is read.
  const auto read = [&](std::size_t i) { return static_cast<std::int32_t>(json[i].whole(0, next - 1)); };
  in.a = read(2);
  std::size_t used = 3;
  if (in.code == Code::logsumexp || in.code == Code::pick)
    in.b = static_cast<std::int32_t>(json[used++].whole(1, next - in.a));
  else if (in.code != Code::unary)
    in.b = read(used++);
  if (in.code == Code::where || in.code == Code::pick) in.c = read(used++);
  if (json.size() == used + 1 && in.code == Code::unary && json[used].text() == "link") {
    in.is_link = true;
    ++used;
  }
  if (json.size() != used) json.refuse("has too many entries");
  return in;
}

RowProgram program_from_json(const JsonReader& json, int outputs) {
  RowProgram program;
  program.outputs = outputs;
  program.parameters = static_cast<std::int32_t>(json["parameters"].whole(0, RowProgram::most_registers));
  const JsonReader constants = json["constants"], steps = json["steps"];
  if (constants.size() > RowProgram::most_constants) constants.refuse("has too many entries");
  if (steps.size() > RowProgram::most_instructions) steps.refuse("has too many entries");
  program.constants = static_cast<std::int32_t>(constants.size());
  for (std::size_t i = 0; i < constants.size(); ++i) program.constant[i] = constants[i].number();
  std::int32_t next = outputs + 1 + program.parameters + program.constants;
  if (next > RowProgram::most_registers) json.refuse("needs too many registers");
  program.instructions = static_cast<std::int32_t>(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    program.instruction[i] = step_from_json(steps[i], next);
    next += program.instruction[i].code == Code::logsumexp ? 3 : 1;
    if (next > RowProgram::most_registers) steps.refuse("needs too many registers");
  }
  program.registers = next;
  program.result = static_cast<std::int32_t>(json["result"].whole(0, next - 1));
  return program;
}

/// The value whose name the member is.
template <class List, class NameOf>
auto chosen(const JsonReader& json, const List& list, const NameOf& name) {
  for (const auto& value : list)
    if (json.text() == name(value)) return value;
  json.refuse(fmt::format("is \"{}\", which is not known here", json.text()));
}

Loss custom_from_json(const JsonReader& json, const std::string& name) {
  const bool has_program = json.has("program");
  const auto outputs = static_cast<int>(json["outputs"].whole(1, has_program ? RowProgram::most_registers : 1 << 20));
  CustomLoss parts;
  parts.curvature = chosen(json["curvature"], curvatures, [](Curvature c) { return name_of(c); });
  if (has_program)
    parts.program = program_from_json(json["program"], outputs);
  else
    parts.obstacle = "it was read from a file";
  parts.parameters_by_row = parts.program.parameters > 0;
  const Link link = chosen(json["link"], links, [](Link l) { return name_of(l); });
  if (!fits(link, outputs)) json["link"].refuse(fmt::format("is {}, with {} output(s)", name_of(link), outputs));
  const auto label_name = [](LabelKind kind) { return label_names[static_cast<int>(kind)]; };
  return custom_loss(name, link, outputs, chosen(json["labels"], label_kinds, label_name), std::move(parts));
}

}  // namespace

Json loss_to_json(const Loss& loss) {
  Json json{{"name", loss.name()}, {"classes", loss.classes()}};
  for (const LossParameter& parameter : loss.parameters()) json["parameters"][parameter.name] = parameter.value;
  const CustomLoss* const custom = loss.definition().custom.get();
  if (!custom || custom->is_builtin) return json;
  json["custom"] = {{"outputs", loss.outputs()},
                    {"link", name_of(loss.link())},
                    {"labels", label_names[static_cast<int>(loss.label_kind())]},
                    {"curvature", name_of(custom->curvature)}};
  if (custom->obstacle.empty()) json["custom"]["program"] = program_to_json(custom->program);
  return json;
}

Loss loss_from_json(const JsonReader& json) {
  const std::string& name = json["name"].text();
  const std::vector<std::string> builtin = loss::names();
  if (json.has("custom") && (name.empty() || std::ranges::find(builtin, name) != builtin.end()))
    json["name"].refuse(fmt::format("is \"{}\", which no custom loss is called", name));
  const auto classes = static_cast<int>(json["classes"].whole(0, 1 << 20));
  try {
    Loss loss = json.has("custom") ? custom_from_json(json["custom"], name) : loss::by_name(name, {}, classes);
    if (loss.classes() != classes) json["classes"].refuse("does not fit the loss");
    if (loss.parameters().empty() && !json.has("parameters")) return loss;
    const JsonReader parameters = json["parameters"];
    for (const LossParameter& parameter : loss.parameters())
      loss = loss.with_parameter(parameter.name, parameters[parameter.name].finite());
    if (parameters.members() != loss.parameters().size()) parameters.refuse("does not fit the loss");
    return loss;
  } catch (const ArgumentError& error) {
    json.refuse(fmt::format("is not known here ({})", error.what()));
  }
}

}  // namespace linden
