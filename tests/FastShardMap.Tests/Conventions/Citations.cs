using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Conventions;

/// <summary>Finds what a text cites and the repository does not have.</summary>
internal static partial class Citations
{
    /// <summary>Options of the dotnet command and its tools, which documents show.</summary>
    private static readonly HashSet<string> s_foreignOptions = new(StringComparer.Ordinal)
    {
        "--help", "--project", "--filter", "--global", "--counters", "--process-id", "--providers",
        "--source", "--severity", "--diagnostics", "--repo", // of NuGet, dotnet format and gh
    };

    /// <summary>Identifiers in documents that are not of this repository, nor types of the framework's core.</summary>
    private static readonly HashSet<string> s_foreignNames = new(StringComparer.Ordinal)
    {
        "Method_State_Outcome", // the form of a test's name
        "Slot0", "Slot1", "Slot2", "Slot3", "Slot4", "Slot5", "Slot6", // bytes of a word
        "FSHRDMAP", "FSHAUDIT", // magic words as text
        "LoadOrStore", "LoadAndDelete", "CompareAndSwap", "CompareAndDelete", // Go's sync.Map
        "MADV_COLLAPSE", // the Linux kernel
        "OTEL_EXPORTER_OTLP_ENDPOINT", // OpenTelemetry
        "By", // a unit of UCUM
    };

    /// <summary>The dangling citations in one line of a document.</summary>
    public static IEnumerable<string> DanglingInDocument(string line, SourceIndex index) =>
        DanglingInText(line, index)
            .Concat(
                from match in QuotedIdentifier().Matches(line)
                where !index.HasIdentifier(match.Groups[1].Value) && !s_foreignNames.Contains(match.Groups[1].Value)
                select match.Groups[1].Value)
            .Concat(
                from match in QuotedMember().Matches(line)
                where !index.KnowsType(match.Groups[1].Value) && match.Groups[1].Value != nameof(FastShardMap)
                select match.Groups[1].Value)
            .Concat(
                from match in BenchCommand().Matches(line)
                where !index.HasBenchCommand(match.Groups[1].Value)
                select match.Value)
            .Concat(
                from match in InspectorCommand().Matches(line)
                where !index.HasInspectorCommand(match.Groups[1].Value)
                select match.Value);

    /// <summary>The dangling benchmark in one line of code that asks for inlining.</summary>
    /// <remarks>Only before a colon: other reasons, such as "a forward", are none.</remarks>
    public static IEnumerable<string> DanglingBenchmark(string line, SourceIndex index) =>
        from match in InliningReason().Matches(line)
        let name = match.Groups[1].Value
        where !index.HasBenchCommand(name) && !index.HasType(name)
        select name;

    /// <summary>The dangling citations in any text, such as a comment.</summary>
    public static IEnumerable<string> DanglingInText(string line, SourceIndex index) =>
        (from match in PathName().Matches(line)
         let path = match.Groups[1].Value.TrimEnd('.', ',', ';', ':', '/')
         where !index.HasPath(path)
         select path)
        .Concat(
            from match in FileName().Matches(line)
            where !index.HasFile(match.Value)
            select match.Value)
        .Concat(
            from match in TypeName().Matches(line)
            where !index.HasType(match.Value)
            select match.Value)
        .Concat(
            from match in MemberName().Matches(line)
            let type = match.Groups[1].Value
            let member = match.Groups[2].Value
            where index.HasType(type) && !index.HasType(member) && !index.HasMember(type, member)
            select match.Value)
        .Concat(
            from match in OptionName().Matches(line)
            where !index.HasOption(match.Value) && !s_foreignOptions.Contains(match.Value)
            select match.Value)
        .Concat(
            from match in VariableName().Matches(line)
            where !index.HasVariable(match.Value) && !index.HasIdentifier(match.Value)
            select match.Value)
        .Concat(Elsewhere().Matches(line).Select(match => match.Value));

    [GeneratedRegex(@"(?<![\w/.-])((?:src|tests|bench|native-layout-docs|\.ci|\.github)/[\w./*<>{}…-]+)")]
    private static partial Regex PathName();

    [GeneratedRegex(@"(?<![\w/*.<-])(?:(?:[A-Z]\w*\.)+cs|[\w-]+\.md)\b")]
    private static partial Regex FileName();

    // Names of tests, suites and benchmarks are recognised by their endings. A name after a dot is a namespace's or a
    // project's.
    [GeneratedRegex(@"(?<![\w.])\w+(?:Tests|Bench|Suite)\b")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"(?<![\w.<])([A-Z]\w+)\.([A-Z]\w+)\b(?!\.cs|\.\w+\.cs|\.md|[.*{])")]
    private static partial Regex MemberName();

    [GeneratedRegex(@"(?<![\w-])--[a-z][\w-]*")]
    private static partial Regex OptionName();

    [GeneratedRegex(@"\bFASTSHARDMAP_[A-Z_]+\b")]
    private static partial Regex VariableName();

    // What nobody can find who has the repository only.
    [GeneratedRegex(@"\bopen choices? \d+|\bissue #?\d+", RegexOptions.IgnoreCase)]
    private static partial Regex Elsewhere();

    [GeneratedRegex(@"`([A-Z]\w+)(?:\(\)|<[^`]*>)?`")]
    private static partial Regex QuotedIdentifier();

    [GeneratedRegex(@"`([A-Z]\w+)\.[A-Z]\w+(?:\(\))?`")]
    private static partial Regex QuotedMember();

    [GeneratedRegex(@"FastShardMap\.Bench -- ([a-z]\w*)")]
    private static partial Regex BenchCommand();

    [GeneratedRegex(@"(?:^\$ |`)fsmap ([a-z]\w*)")]
    private static partial Regex InspectorCommand();

    [GeneratedRegex(@"AggressiveInlining\)\] // *(\w+):")]
    private static partial Regex InliningReason();
}
