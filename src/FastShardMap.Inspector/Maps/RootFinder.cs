using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Maps;

/// <summary>Says who keeps objects alive: the name of a static field, the method of a stack, the kind of a handle.</summary>
internal static class RootFinder
{
    private const int TimeLimitSeconds = 20;
    private const int LongestChain = 6;

    public static Dictionary<ulong, string> Find(ClrRuntime runtime, IReadOnlyCollection<ulong> objects)
    {
        Dictionary<ulong, string> found = [];
        try
        {
            Dictionary<ulong, string> statics = StaticsOf(runtime);
            foreach (ulong address in objects)
            {
                if (statics.TryGetValue(address, out string? field))
                {
                    found[address] = $"static {field}";
                }
            }

            HashSet<ulong> missing = objects.Where(address => !found.ContainsKey(address)).ToHashSet();
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(TimeLimitSeconds));
            GCRoot search = new(runtime.Heap, missing);
            foreach ((ClrRoot root, GCRoot.ChainLink path) in missing.Count == 0 ? [] : search.EnumerateRootPaths(limit.Token))
            {
                Add(runtime, statics, found, root, path);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Out of time, or a damaged heap: what was found until then counts.
        }

        return found;
    }

    private static void Add(
        ClrRuntime runtime, Dictionary<ulong, string> statics, Dictionary<ulong, string> found, ClrRoot root, GCRoot.ChainLink path)
    {
        List<string> chain = [];
        string? start = null;
        ulong last = 0;
        for (GCRoot.ChainLink? link = path; link is not null; link = link.Next)
        {
            last = link.Object;
            if (statics.TryGetValue(link.Object, out string? field))
            {
                start = $"static {field}";
                chain.Clear();
            }
            else if (link.Next is not null)
            {
                chain.Add(TypeNames.Short(runtime.Heap.GetObjectType(link.Object)?.Name ?? "?"));
            }
        }

        start ??= Describe(root);
        if (chain.Count > LongestChain)
        {
            chain.RemoveRange(1, chain.Count - LongestChain);
            chain.Insert(1, "…");
        }

        // A static field says more than a stack that happens to pass by.
        string text = chain.Count == 0 ? start : $"{start} → {string.Join(" → ", chain)}";
        if (!found.TryGetValue(last, out string? before) || (start.StartsWith("static", StringComparison.Ordinal) && !before.StartsWith("static", StringComparison.Ordinal)))
        {
            found[last] = text;
        }
    }

    private static string Describe(ClrRoot root) => root is ClrStackRoot { StackFrame: { } frame }
        ? $"stack of thread {frame.Thread?.ManagedThreadId}, {Threads.ThreadStacks.Describe(frame)}"
        : root.RootKind switch
        {
            ClrRootKind.FinalizerQueue => "the finalizer queue",
            ClrRootKind.StrongHandle or ClrRootKind.PinnedHandle => "a strong handle",
            _ => root.RootKind.ToString(),
        };

    private static Dictionary<ulong, string> StaticsOf(ClrRuntime runtime)
    {
        Dictionary<ulong, string> statics = [];
        ClrAppDomain domain = runtime.AppDomains[0];
        foreach (ClrModule module in runtime.EnumerateModules())
        {
            if (Path.GetFileName(module.Name) is null or "System.Private.CoreLib.dll")
            {
                continue;
            }

            foreach (ClrType type in module.EnumerateTypesWithStaticFields())
            {
                foreach (ClrStaticField field in type.StaticFields)
                {
                    if (field.IsObjectReference && field.IsInitialized(domain)
                        && field.ReadObject(domain) is { IsValid: true } value)
                    {
                        statics.TryAdd(value.Address, $"{type.Name}.{field.Name}");
                    }
                }
            }
        }

        return statics;
    }
}
