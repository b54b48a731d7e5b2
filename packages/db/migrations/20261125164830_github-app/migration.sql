-- AlterTable
ALTER TABLE "Preview" ADD COLUMN     "seenSha" TEXT;

-- CreateTable
CREATE TABLE "RefusedDelivery" (
    "serverId" TEXT NOT NULL,
    "why" TEXT NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 1,
    "lastAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "RefusedDelivery_pkey" PRIMARY KEY ("serverId","why")
);

-- CreateTable
CREATE TABLE "GithubInstallation" (
    "id" TEXT NOT NULL,
    "teamId" TEXT NOT NULL,
    "installationId" INTEGER NOT NULL,
    "account" TEXT NOT NULL,
    "suspendedAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "GithubInstallation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "GithubVisit" (
    "id" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "teamId" TEXT,
    "userId" TEXT NOT NULL,
    "found" JSONB,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "GithubVisit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "GithubReport" (
    "deploymentId" TEXT NOT NULL,
    "told" "DeploymentStatus",
    "githubDeploymentId" BIGINT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "dueAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "fault" TEXT,

    CONSTRAINT "GithubReport_pkey" PRIMARY KEY ("deploymentId")
);

-- CreateIndex
CREATE INDEX "GithubInstallation_installationId_idx" ON "GithubInstallation"("installationId");

-- CreateIndex
CREATE UNIQUE INDEX "GithubInstallation_teamId_installationId_key" ON "GithubInstallation"("teamId", "installationId");

-- CreateIndex
CREATE UNIQUE INDEX "GithubVisit_hash_key" ON "GithubVisit"("hash");

-- CreateIndex
CREATE INDEX "GithubVisit_expiresAt_idx" ON "GithubVisit"("expiresAt");

-- AddForeignKey
ALTER TABLE "RefusedDelivery" ADD CONSTRAINT "RefusedDelivery_serverId_fkey" FOREIGN KEY ("serverId") REFERENCES "Server"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GithubInstallation" ADD CONSTRAINT "GithubInstallation_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GithubReport" ADD CONSTRAINT "GithubReport_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "Deployment"("id") ON DELETE CASCADE ON UPDATE CASCADE;
