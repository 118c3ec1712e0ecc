using FastShardMap.Probing;

namespace FastShardMap.Tests.Probing;

public sealed class AdvSimdControlGroupTests()
    : ControlGroupContractTests(new ControlGroupUnderTest<AdvSimdControlGroup>(isExact: true));
