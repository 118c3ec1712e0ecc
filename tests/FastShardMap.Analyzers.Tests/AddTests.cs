using FastShardMap.Analyzers;

namespace FastShardMap.Analyzers.Tests;

/// <summary>FSM0008.</summary>
public class AddTests
{
    [Theory]
    [InlineData("void M(ShardMap<int, int> map, int[] keys) { foreach (int key in keys) { [|map.Add(key, 1)|]; } }")]
    [InlineData("void M(ShardMap<char, long> map, string s) { for (int i = 0; i < 9; i++) [|map.Add(s[i], -1)|]; }")]
    [InlineData(
        "void M(ShardMap<int, double> map, Queue<int> q) { while (q.Count > 0) { [|map.Add(q.Dequeue(), 2.5)|]; } }")]
    public Task Add_OfOneNumberInALoop_IsReported(string code) => Verify.ReportsAsync("FSM0008", code);

    [Theory]
    [InlineData("void M(ShardMap<int, int> map) { for (int i = 0; i < 9; i++) { map.Add(i, 1); } }")]
    [InlineData("void M(ShardMap<int, int> map, int[] keys) { foreach (int key in keys) { map.Add(key, key * 2); } }")]
    [InlineData("void M(ShardMap<int, bool> map, int[] keys) { foreach (int key in keys) { map.Add(key, true); } }")]
    [InlineData("void M(ShardMap<int, int> map, int[] keys) { foreach (int key in keys) { map.Add(key, 0); } }")]
    [InlineData("void M(ShardMap<int, int> map, int key) { map.Add(key, 1); }")]
    [InlineData(
        "void M(ShardMap<int, int> m, int[] keys) { foreach (int k in keys) { if (!m.ContainsKey(k)) m.Add(k, 1); } }")]
    [InlineData("void M(ShardMap<int, int> map, int[] keys) { foreach (int key in keys) { map.AddDelta(key, 1); } }")]
    [InlineData("void M(Dictionary<int, int> map, int[] keys) { foreach (int key in keys) { map.Add(key, 1); } }")]
    public Task Add_OfEntries_IsNotReported(string code) => Verify.ReportsNothingAsync(code);

    [Fact]
    public Task AddDeltaFix_CallsAddDelta() => Verify.FixesAsync(
        new AddDeltaFix(),
        "void M(ShardMap<int, int> map, int[] keys) { foreach (int key in keys) { map.Add(key, 1); } }",
        "void M(ShardMap<int, int> map, int[] keys) { foreach (int key in keys) { map.AddDelta(key, 1); } }");
}
