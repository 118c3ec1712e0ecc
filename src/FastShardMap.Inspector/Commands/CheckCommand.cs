using FastShardMap.Inspector.Checking;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Reports;
using FastShardMap.Inspector.Targets;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap check</c>: checks whether the native memory of every map, or of one, is consistent.</summary>
internal static class CheckCommand
{
    public static int Run(string dumpOrProcess, string? wanted, bool json, Output output)
    {
        using Target target = Target.Open(dumpOrProcess);
        List<(string Map, Findings Findings)> results = [];
        if (wanted is not null)
        {
            NativeMap map = MapCatalog.Find(target, wanted);
            results.Add((NameOf(map), MapChecker.Check(map)));
        }
        else
        {
            foreach (FoundMap found in MapCatalog.All(target, roots: false))
            {
                results.Add(CheckFound(found));
            }
        }

        target.ThrowIfEnded();
        if (results.Count == 0)
        {
            // Not "no errors": the user may have named the wrong process, and must learn of it.
            throw new InspectionException(
                $"There is no map in {target.Name}{(target.Note is null ? string.Empty : $" ({target.Note})")}.");
        }

        long errors = results.Sum(result => result.Findings.Errors);
        if (json)
        {
            output.Json(results.Select(result => new { result.Map, result.Findings.Errors, result.Findings.Examples }));
        }
        else
        {
            Print(results, target, errors, output);
        }

        return errors == 0 && !target.IsCutOff ? ExitCode.Ok : ExitCode.Inconsistent;
    }

    private static (string Map, Findings Findings) CheckFound(FoundMap found)
    {
        if (found.Native is { } map)
        {
            return (NameOf(map), MapChecker.Check(map));
        }

        Findings findings = new();
        findings.Error("header", null, found.Problem ?? "it cannot be read");
        return ($"{found.ManagedType} at {Output.Address(found.Object)}", findings);
    }

    private static void Print(List<(string Map, Findings Findings)> results, Target target, long errors, Output output)
    {
        if (target.Note is not null)
        {
            output.Line($"The managed heap cannot be read ({target.Note}); maps are found by their headers.");
        }

        foreach ((string map, Findings findings) in results)
        {
            output.Line($"{(findings.Errors == 0 ? "ok    " : "BROKEN")}  {map}");
            foreach ((string rule, FindingKind kind, long count) in findings.Rules)
            {
                output.Line($"    {(kind == FindingKind.Error ? "error" : "note ")}  {rule}: {count}");
                foreach (Finding example in findings.Examples.Where(example => example.Rule == rule))
                {
                    output.Line(
                        $"           {(example.Shard is { } shard ? $"shard {shard}: " : string.Empty)}{example.Text}");
                }
            }
        }

        output.Line($"{Output.Count(results.Count, "map")} checked, {Output.Count(errors, "error")}");
    }

    private static string NameOf(NativeMap map) =>
        $"{map.Title}{(map.IsDisposed ? ", disposed" : string.Empty)}";
}
