namespace FastShardMap.Analyzers.Tests;

/// <summary>FSM0005 and FSM0006.</summary>
public class CallbackTests
{
    [Theory]
    [InlineData("void M(ShardMap<int, int> map) => map.GetOrAdd(1, key => { [|map[2] = 3|]; return 4; });")]
    [InlineData("void M(ShardMap<int, int> map) => map.GetOrAdd(1, key => [|map.GetOrAdd(2, 3)|]);")]
    [InlineData(
        "void M(ShardMap<int, int> m) => m.GetOrAdd(1, k => [|m.GetOrAddAsync(2, (_, _) => new(3))|].IsFaulted "
            + "? 4 : 5);")]
    [InlineData("void M(ShardMap<int, int> map) => map.AddOrUpdate(1, 1, (key, old) => [|map.Increment(key)|]);")]
    [InlineData("void M(ShardMap<int, int> map) => map.AddOrUpdate(1, 1, (key, old) => [|map[key]++|]);")]
    [InlineData(
        "void M(ShardMap<int, int> map) => map.TryUpdate(1, (ref int v, int a) => [|map.TryRemove(a, out _)|], 2);")]
    [InlineData(
        "void M(ShardMap<int, int> map) => map.GetOrAdd(1, k => { foreach (var e in map) { } return 1; });", true)]
    [InlineData(
        "ShardMap<int, int> _map = null!; void M() => _map.GetOrAdd(1, Make); int Make(int key) { "
            + "[|_map.Clear()|]; return 1; }")]
    [InlineData(
        "void M(ShardMap<int, int> map) { map.GetOrAdd(1, Make); int Make(int key) => [|map.ToArray()|].Length; }")]
    [InlineData(
        "void M(ShardMap<int, int> a, ShardMap<int, int> b) => a.MergeFrom(b, (k, x, y) => [|a.TryAdd(k, "
            + "y)|] ? x : y);")]
    [InlineData("void M(TextShardMap<int> map) => map.GetOrAdd(\"a\", (_, n) => [|map[\"b\"] = n|], 1);")]
    [InlineData("void M(ShardCache<int, int> c) => c.GetOrAdd(1, key => { [|c.Set(2, 3)|]; return key; });")]
    [InlineData("void M(IConcurrentMap<int, int> map) => map.AddOrUpdate(1, k => [|map[2] = 3|], (k, old) => old);")]
    public Task Write_InCallbackOfTheSameMap_IsReported(string code, bool isLoop = false) =>
        Verify.ReportsAsync("FSM0005", isLoop ? Marked(code) : code);

    [Theory]
    [InlineData("void M(ShardMap<int, int> map) => map.GetOrAdd(1, key => map.TryGetValue(2, out int two) ? two : 3);")]
    [InlineData("void M(ShardMap<int, int> map) => map.GetOrAddAsync(1, (k, _) => new(map.GetOrAdd(2, 3)));")]
    [InlineData("void M(ShardMap<int, int> map) => map.GetOrAdd(1, key => map[2] + (int)map.Count);")]
    [InlineData("void M(ShardMap<int, int> map, ShardMap<int, int> b) => map.GetOrAdd(1, key => b.GetOrAdd(2, 3));")]
    [InlineData("void M(ShardMap<int, int> map) => map.GetOrAdd(map.GetOrAdd(1, 2), 3);")]
    [InlineData("void M(ShardMap<int, int> map) => Parallel.For(0, 9, i => map.GetOrAdd(i, key => key));")]
    [InlineData("void M(ShardMap<int, int> map) => map.GetOrAdd(1, k => { Task.Run(() => map[2] = 3); return 1; });")]
    [InlineData("void M(SeqLocked<int> one, ShardMap<int, int> map) => one.Update(old => map.Increment(old));")]
    [InlineData("void M(Dictionary<int, int> d, ShardMap<int, int> map) => map.GetOrAdd(1, k => d[k] = 1);")]
    public Task Callback_ReadsOrUsesOthers_IsNotReported(string code) => Verify.ReportsNothingAsync(code);

    [Theory]
    [InlineData("void M(ShardMap<int, int> map, Task<int> t) => map.GetOrAdd(1, key => [|t.Result|]);")]
    [InlineData(
        "void M(ShardMap<int, int> map, Task<int> t) => map.GetOrAdd(1, key => [|t.GetAwaiter().GetResult()|]);")]
    [InlineData(
        "void M(ShardMap<int, int> map, ValueTask<int> t) => map.GetOrAdd(1, key => "
            + "[|t.ConfigureAwait(false).GetAwaiter().GetResult()|]);")]
    [InlineData("void M(ShardMap<int, int> map, Task t) => map.GetOrAdd(1, key => { [|t.Wait()|]; return 1; });")]
    [InlineData("void M(ShardMap<int, int> map) => map.GetOrAdd(1, key => { [|Thread.Sleep(1)|]; return 1; });")]
    [InlineData(
        "void M(ShardMap<int, int> map, SemaphoreSlim s) => map.GetOrAdd(1, k => { [|s.Wait()|]; return 1; });")]
    [InlineData(
        "void M(ShardMap<int, int> map, EventWaitHandle e) => map.TryUpdate(1, (ref int v, int a) => { "
            + "[|e.WaitOne()|]; }, 1);")]
    [InlineData(
        "void M(ShardMap<int, int> map, Thread t) => map.AddOrUpdate(1, 1, (k, o) => { [|t.Join()|]; return o; });")]
    public Task Wait_InCallback_IsReported(string code) => Verify.ReportsAsync("FSM0006", code);

    [Theory]
    [InlineData("void M(ShardMap<int, int> map, Task<int> t) { t.Wait(); map.GetOrAdd(1, t.Result); }")]
    [InlineData("void M(ShardMap<int, int> map) => map.GetOrAdd(1, k => { Thread.Yield(); return k; });")]
    [InlineData("void M(ShardMap<int, int> map) { lock (map) { map.GetOrAdd(1, k => k); } }")]
    [InlineData(
        "async Task M(ShardMap<int, int> map, Task<int> t) { int made = await t; map.GetOrAdd(1, key => made); }")]
    [InlineData("void M(Dictionary<int, Func<int>> d, Task<int> t) => d.Add(1, () => t.Result);")]
    public Task Wait_OutsideCallback_IsNotReported(string code) => Verify.ReportsNothingAsync(code);

    // The whole loop is reported, which has braces of its own.
    private static string Marked(string code) => code
        .Replace("foreach", "[|foreach", StringComparison.Ordinal)
        .Replace("{ } return", "{ }|] return", StringComparison.Ordinal);
}
