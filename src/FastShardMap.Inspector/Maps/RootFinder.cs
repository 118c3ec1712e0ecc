using System.Diagnostics;
using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Maps;

/// <summary>
/// Finds what keeps objects alive, by the shortest path from the program's own roots: first its static fields, then
/// those of the framework, then stacks and handles. References from the library itself are ignored, because they say
/// nothing about the program.
/// </summary>
internal static class RootFinder
{
    private const int LongestChain = 6;
    private static readonly TimeSpan s_longestSearch = TimeSpan.FromSeconds(20);

    public static Dictionary<ulong, string> Find(ClrRuntime runtime, IReadOnlyCollection<ulong> objects)
    {
        Search search = new(runtime.Heap, objects);
        try
        {
            Statics statics = StaticsOf(runtime);
            search.Ignore(statics.OfLibrary);
            search.From(statics.OfProgram);
            search.From(statics.OfFramework);
            foreach (Dictionary<ulong, string> roots in RootsByWorth(runtime))
            {
                search.From(roots);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The time is up, or the heap is damaged; what was found until then is used.
        }

        return search.Found;
    }

    // A stack in the program's own code is more informative than another stack, and that more than a handle.
    private static Dictionary<ulong, string>[] RootsByWorth(ClrRuntime runtime)
    {
        const int Kinds = 4;
        Dictionary<ulong, string>[] kinds = new Dictionary<ulong, string>[Kinds];
        for (int kind = 0; kind < Kinds; kind++)
        {
            kinds[kind] = [];
        }

        foreach (ClrRoot root in runtime.Heap.EnumerateRoots())
        {
            int worth = root switch
            {
                ClrStackRoot { StackFrame.Method.Type.Module: { } module } =>
                    LibraryTypes.IsLibrary(module.Name) || LibraryTypes.IsFramework(module.Name) ? 1 : 0,
                ClrStackRoot => 1,
                { RootKind: ClrRootKind.FinalizerQueue } => 3,
                _ => 2,
            };
            if (root.Object is { IsValid: true, IsNull: false } value)
            {
                kinds[worth].TryAdd(value.Address, Describe(root));
            }
        }

        return kinds;
    }

    private static string Describe(ClrRoot root) => root is ClrStackRoot { StackFrame: { } frame }
        ? $"stack of thread {frame.Thread?.ManagedThreadId}, {Threads.ThreadStacks.Describe(frame)}"
        : root.RootKind switch
        {
            ClrRootKind.FinalizerQueue => "the finalizer queue",
            ClrRootKind.StrongHandle or ClrRootKind.PinnedHandle => "a strong handle",
            _ => root.RootKind.ToString(),
        };

    private static Statics StaticsOf(ClrRuntime runtime)
    {
        Statics statics = new([], [], []);
        ClrAppDomain domain = runtime.AppDomains[0];
        foreach (ClrModule module in runtime.EnumerateModules())
        {
            Dictionary<ulong, string> into = LibraryTypes.IsLibrary(module.Name) ? statics.OfLibrary
                : LibraryTypes.IsFramework(module.Name) ? statics.OfFramework : statics.OfProgram;
            foreach (ClrType type in module.EnumerateTypesWithStaticFields())
            {
                foreach (ClrStaticField field in type.StaticFields)
                {
                    if (field.IsObjectReference && field.IsInitialized(domain)
                        && field.ReadObject(domain) is { IsValid: true, IsNull: false } value)
                    {
                        into.TryAdd(value.Address, $"static {type.Name}.{field.Name}");
                    }
                }
            }
        }

        return statics;
    }

    private sealed record Statics(
        Dictionary<ulong, string> OfProgram,
        Dictionary<ulong, string> OfFramework,
        Dictionary<ulong, string> OfLibrary);

    /// <summary>
    /// A breadth-first search, so the first path found is a shortest one. A later start visits only objects that
    /// earlier starts did not reach.
    /// </summary>
    private sealed class Search(ClrHeap heap, IReadOnlyCollection<ulong> objects)
    {
        private const int StepsPerLook = 4096;
        private readonly HashSet<ulong> _wanted = [.. objects];
        private readonly Dictionary<ulong, ulong> _reachedFrom = [];
        private readonly long _start = Stopwatch.GetTimestamp();
        private HashSet<ulong> _ignored = [];
        private int _steps;

        public Dictionary<ulong, string> Found { get; } = [];

        /// <summary>Objects that paths must not pass through.</summary>
        public void Ignore(Dictionary<ulong, string> held) =>
            _ignored = [.. held.Keys.Where(address => !_wanted.Contains(address))];

        public void From(Dictionary<ulong, string> roots)
        {
            Queue<ulong> reached = [];
            foreach (ulong root in roots.Keys)
            {
                Reach(root, from: 0, reached, roots);
            }

            while (_wanted.Count > 0 && reached.TryDequeue(out ulong address))
            {
                ClrObject holder = heap.GetObject(address);
                foreach (ulong next in holder.EnumerateReferenceAddresses(
                    carefully: true, considerDependantHandles: true))
                {
                    Reach(next, address, reached, roots);
                }

                if (++_steps % StepsPerLook == 0 && Stopwatch.GetElapsedTime(_start) > s_longestSearch)
                {
                    throw new TimeoutException();
                }
            }
        }

        private void Reach(ulong address, ulong from, Queue<ulong> reached, Dictionary<ulong, string> roots)
        {
            if (_ignored.Contains(address) || !_reachedFrom.TryAdd(address, from))
            {
                return;
            }

            reached.Enqueue(address);
            if (_wanted.Remove(address))
            {
                Found.Add(address, PathTo(address, roots));
            }
        }

        private string PathTo(ulong address, Dictionary<ulong, string> roots)
        {
            List<string> path = [];
            ulong first = address;
            while (_reachedFrom[first] is ulong before and not 0)
            {
                first = before;
                path.Insert(0, TypeNames.Short(heap.GetObjectType(first)?.Name ?? "?"));
            }

            if (path.Count > LongestChain)
            {
                path.RemoveRange(1, path.Count - LongestChain);
                path.Insert(1, "…");
            }

            return path.Count == 0 ? roots[first] : $"{roots[first]} → {string.Join(" → ", path)}";
        }
    }
}
